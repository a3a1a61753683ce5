#include "backends/nfp/isa/operands.h"

#include "backends/nfp/isa/print.h"

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

bool same_kind(const Operand& a, const Operand& b) {
  if (a.kind != b.kind || a.kind == Kind::None)
    return false;
  return a.kind != Kind::Register || a.bank == b.bank;
}

void choose_bank(Operand& o, const Operand& other, Bank usual, Bank otherwise) {
  if (in_bank(o, Bank::Both))
    o.bank = in_bank(other, usual) ? otherwise : usual;
}

unsigned below(const Instruction& i, unsigned number, unsigned limit, const char* what) {
  if (number >= limit)
    not_encodable(std::string(what) + " " + std::to_string(number) + ", the last one is " +
                      std::to_string(limit - 1),
                  i);
  return number;
}

unsigned transfer_number(const Instruction& i, const Operand& o) {
  if (o.grouped)
    not_encodable("transfer register without a number", i);
  return below(i, o.number, 32, "transfer register");
}

unsigned step_bits(const Instruction& i, const Operand& o) {
  if (o.step == Operand::Step::None)
    return 0;
  if (o.offset != 0)
    not_encodable("a stepping local memory index with an offset", i);
  return o.step == Operand::Step::Decrement ? 0x11 : 0x10;
}

unsigned local_unrestricted(const Instruction& i, const Operand& o) {
  const unsigned index = below(i, o.number, 4, "local memory index") & 1;
  return 0x200 | index << 5 | below(i, o.offset, 16, "local memory offset") | step_bits(i, o);
}

unsigned local_restricted(const Instruction& i, const Operand& o) {
  if (o.step != Operand::Step::None)
    not_encodable("a stepping local memory index in a restricted field", i);
  const unsigned index = below(i, o.number, 4, "local memory index") & 1;
  return 0x50 | index << 3 | below(i, o.offset, 8, "local memory offset of a restricted field");
}

unsigned restricted_constant(const Instruction& i, const Operand& o) {
  const unsigned n = below(i, o.number, 256, "constant");
  return 0x20 | (n & 0x1f) | (n >> 5 & 3) << 6;
}

} // namespace

void not_encodable(const std::string& why, const Instruction& i) {
  throw Failure(diagnose("PW-INT-001",
                         "micro-engine instruction '" + print(i) + "' can't be encoded: " + why));
}

void choose_banks(Operand& left, Operand& right) {
  choose_bank(left, right, Bank::A, Bank::B);
  choose_bank(right, left, Bank::B, Bank::A);
}

Sources arrange(const Instruction& i, Operand left, Operand right) {
  choose_banks(left, right);
  if (same_kind(left, right))
    not_encodable("two sources of one kind", i);
  return {left, right, in_bank(left, Bank::B) || in_bank(right, Bank::A)};
}

unsigned unrestricted(const Instruction& i, const Operand& o) {
  switch (o.kind) {
  case Kind::None:
    return 0;
  case Kind::Register:
    return below(i, o.number, 32, "register");
  case Kind::Transfer:
    return 0x180 | transfer_number(i, o);
  case Kind::Local:
    return local_unrestricted(i, o);
  case Kind::Constant:
    return 0x300 | below(i, o.number, 256, "constant");
  case Kind::Virtual:
    break;
  }
  not_encodable("a value without a register", i);
}

unsigned unrestricted_destination(const Instruction& i, const Operand& o) {
  if (is_constant(o))
    not_encodable("a constant as destination", i);
  return o.kind == Kind::None ? 0x300 : unrestricted(i, o);
}

unsigned restricted(const Instruction& i, const Operand& o) {
  switch (o.kind) {
  case Kind::None:
    return 0;
  case Kind::Register:
    return below(i, o.number, 32, "register");
  case Kind::Transfer:
    return 0x80 | transfer_number(i, o);
  case Kind::Local:
    return local_restricted(i, o);
  case Kind::Constant:
    return restricted_constant(i, o);
  case Kind::Virtual:
    break;
  }
  not_encodable("a value without a register", i);
}

unsigned restricted_destination(const Instruction& i, const Operand& o) {
  if (is_constant(o))
    not_encodable("a constant as destination", i);
  return o.kind == Kind::None ? 0x20 : restricted(i, o);
}

} // namespace pw::nfp
