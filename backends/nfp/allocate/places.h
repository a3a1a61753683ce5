// What an instruction reads and writes, as numbers of places that live together in one dense space:
// virtual values, registers, transfer registers, words of transfer groups, the condition codes.
#pragma once

#include "backends/nfp/code/code.h"

#include <optional>
#include <vector>

namespace pw::nfp {

using Place = unsigned;
constexpr unsigned bank_registers = 32, transfer_registers = 32;
constexpr unsigned lost_registers = 12; // 0..11 of both banks, at calls

class Places {
public:
  explicit Places(const Function&);
  unsigned count() const { return conditions() + 1; }
  unsigned values() const { return values_; }
  bool is_value(Place p) const { return p < values_; }
  bool is_register(Place p) const { return p >= values_ && p < values_ + 2 * bank_registers; }
  bool is_group_word(Place p) const { return p >= group_begin() && p < conditions(); }
  Place value(unsigned n) const { return n; }
  // bank is A or B.
  Place reg(Bank bank, unsigned n) const {
    return values_ + (bank == Bank::B ? bank_registers : 0) + n;
  }
  Place transfer(bool out, unsigned n) const {
    return values_ + 2 * bank_registers + (out ? transfer_registers : 0) + n;
  }
  Place group_word(unsigned group, unsigned word) const { return first_word_[group] + word; }
  unsigned group_of(Place) const; // of a group's word
  Place conditions() const { return conditions_; }

private:
  Place group_begin() const { return values_ + 2 * bank_registers + 2 * transfer_registers; }
  unsigned values_;
  std::vector<Place> first_word_;
  Place conditions_;
};

// Reads come before writes. What a call destroys counts as written.
struct Effects {
  std::vector<Place> reads, writes;
};
// out is emptied first, so that loops don't allocate.
void effects(const Instruction&, const Places&, Effects& out);

// Must stay although nothing reads what it writes: memory, CSRs, calls, jumps.
bool has_side_effect(const Instruction&);
bool is_read(Memory); // a command that fills transfer registers
bool reads_conditions(const Instruction&);
bool writes_conditions(const Instruction&);
// Transfer registers that a command moves, in words.
unsigned transfer_words(const Instruction&);
// dst is read too: the bytes that the instruction doesn't write stay.
bool updates_destination(const Instruction&);
// dst = b, and nothing else but perhaps condition codes.
bool is_move(const Instruction&);
// The two operands that must be of different kinds; either may be empty.
struct SourcePair {
  Operand *first = nullptr, *second = nullptr;
};
SourcePair source_pair(Instruction&);
bool has_restricted_fields(const Instruction&);
// The next instruction, an indirect shift, takes its amount from the A field of this one.
bool gives_amount(const Instruction& giver, const Instruction& next);

Instruction move(const Operand& dst, const Operand& src, const SourceLocation& where);

} // namespace pw::nfp
