// The places of operands in a word: unrestricted ones have 10 bits, restricted ones 8.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <string>

namespace pw::nfp {

// Thrown as PW-INT-001: an instruction that has no encoding is a mistake of the code generator.
// `text` is the instruction as print.h shows it.
[[noreturn]] void not_encodable(const std::string& why, const Instruction&);

// The two source fields. The A field reads bank A and the B field bank B, so sources that name the
// banks the other way round exchange their fields, which the word's swap bit says. A source of bank
// Both gets the bank that is free.
struct Sources {
  Operand left, right; // in the instruction's order, banks chosen
  bool swap = false;
  const Operand& field_a() const { return swap ? right : left; }
  const Operand& field_b() const { return swap ? left : right; }
};

// The banks of sources that may come from either. Doesn't throw.
void choose_banks(Operand& left, Operand& right);
// Throws if both are of one kind.
Sources arrange(const Instruction&, Operand left, Operand right);

// The fields. They throw where the operand has none; the instruction is for the message.
unsigned unrestricted(const Instruction&, const Operand&);             // a source
unsigned unrestricted_destination(const Instruction&, const Operand&); // none = 0x300
unsigned restricted(const Instruction&, const Operand&);               // a source without bit 7
unsigned restricted_destination(const Instruction&, const Operand&);   // none = 0x20

// Local memory behind index 2 and 3 is that behind 0 and 1 with an extension bit elsewhere.
inline bool extended(const Operand& o) { return o.kind == Operand::Kind::Local && o.number >= 2; }
inline bool is_constant(const Operand& o) { return o.kind == Operand::Kind::Constant; }
inline bool in_bank(const Operand& o, Bank bank) {
  return o.kind == Operand::Kind::Register && o.bank == bank;
}

} // namespace pw::nfp
