#include "backends/nfp/allocate/check_operands.h"

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;
using Fail = std::function<void(const char*)>;

constexpr unsigned last_own_register = 22;

bool restricted(Op op) {
  return op == Op::Shift || op == Op::LdField || op == Op::BranchBit || op == Op::BranchByte ||
         op == Op::Command;
}

void check_place(const Operand& o, bool narrow, const Fail& fail) {
  switch (o.kind) {
  case Kind::Virtual:
    return fail("a value without a register");
  case Kind::Register:
    if (o.number > last_own_register)
      fail("a register of the firmware");
    return;
  case Kind::Transfer:
    if (o.grouped || o.number > 31)
      fail("a transfer register without a number");
    return;
  case Kind::Local:
    if (o.number > 3 || o.offset > 15)
      fail("no such word of local memory");
    if (narrow && (o.offset > 7 || o.step != Operand::Step::None))
      fail("local memory beyond a restricted field");
    return;
  default:
    return;
  }
}

void check_source(const Instruction& i, const Operand& o, const Fail& fail) {
  check_place(o, restricted(i.op), fail);
  if (o.kind == Kind::Constant && o.number > (i.op == Op::Command ? 127u : 255u))
    fail("a constant that is too large");
  if (i.op == Op::Command && o.kind == Kind::Local && o.number > 1)
    fail("a command can't use this local memory index");
}

// Both sources must find a field of their own.
void check_pair(const Operand& x, const Operand& y, const Fail& fail) {
  if (x.kind == Kind::None || x.kind != y.kind)
    return;
  if (x.kind != Kind::Register)
    return fail("two sources of one kind");
  if (x.bank == y.bank && x.bank != Bank::Both)
    fail("two sources of one bank");
}

void check_command(const Instruction& i, const Fail& fail) {
  if (i.a.kind == Kind::Register && i.a.bank == Bank::B)
    fail("a command's first source in bank B");
  if (i.b.kind == Kind::Register && i.b.bank == Bank::A)
    fail("a command's second source in bank A");
  check_place(i.data, true, fail);
  if (i.indirect && !i.follows)
    fail("an override without the instruction that makes it");
}

} // namespace

void check_operands(const Instruction& i, const Fail& fail) {
  check_source(i, i.a, fail);
  check_source(i, i.b, fail);
  check_place(i.dst, restricted(i.op), fail);
  if (i.dst.kind == Kind::Constant)
    fail("a constant as a destination");
  check_pair(i.a, i.b, fail);
  if (i.op == Op::LdField)
    check_pair(i.dst, i.b, fail);
  if (i.op == Op::Command)
    check_command(i, fail);
  if (i.op == Op::Shift && i.indirect && !i.follows)
    fail("an amount without the instruction that makes it");
  if (i.op == Op::Multiply && i.step != MultiplyStep::Step1 && !i.follows)
    fail("a step of a multiplication alone");
}

} // namespace pw::nfp
