#include "frontend/lift/lifter.h"

#include <llvm/IR/Intrinsics.h>

namespace pw::lift {

using namespace isa;

llvm::Value* Lifter::arithmetic(AluOp op, llvm::Value* a, llvm::Value* b, bool nonzero) {
  llvm::Type* type = a->getType();
  const unsigned width = type->getIntegerBitWidth();
  llvm::Constant *zero = llvm::ConstantInt::get(type, 0), *one = llvm::ConstantInt::get(type, 1);
  const auto amount = [&] { return b_.CreateAnd(b, width - 1); };
  const auto is_zero = [&] { return b_.CreateICmpEQ(b, zero); };
  // Division by zero gives 0, its remainder the dividend; the divisor is replaced before it can
  // trap.
  const auto divide = [&](auto make, llvm::Value* by_zero) -> llvm::Value* {
    if (nonzero)
      return make(b);
    return b_.CreateSelect(is_zero(), by_zero, make(b_.CreateSelect(is_zero(), one, b)));
  };
  // x / -1 overflows for the smallest x; negation gives what BPF wants.
  const auto divide_signed = [&](auto make, llvm::Value* by_zero, llvm::Value* by_minus_one) {
    llvm::Value* minus = b_.CreateICmpEQ(b, llvm::Constant::getAllOnesValue(type));
    llvm::Value* safe = b_.CreateSelect(b_.CreateOr(is_zero(), minus), one, b);
    llvm::Value* r = b_.CreateSelect(minus, by_minus_one, make(safe));
    return b_.CreateSelect(is_zero(), by_zero, r);
  };
  switch (op) {
  case AluOp::Add:
    return b_.CreateAdd(a, b);
  case AluOp::Sub:
    return b_.CreateSub(a, b);
  case AluOp::Mul:
    return b_.CreateMul(a, b);
  case AluOp::Or:
    return b_.CreateOr(a, b);
  case AluOp::And:
    return b_.CreateAnd(a, b);
  case AluOp::Xor:
    return b_.CreateXor(a, b);
  case AluOp::Lsh:
    return b_.CreateShl(a, amount());
  case AluOp::Rsh:
    return b_.CreateLShr(a, amount());
  case AluOp::Arsh:
    return b_.CreateAShr(a, amount());
  case AluOp::Neg:
    return b_.CreateNeg(a);
  case AluOp::Mov:
    return b;
  case AluOp::Div:
    return divide([&](auto* d) { return b_.CreateUDiv(a, d); }, zero);
  case AluOp::Mod:
    return divide([&](auto* d) { return b_.CreateURem(a, d); }, a);
  case AluOp::Sdiv:
    return divide_signed([&](auto* d) { return b_.CreateSDiv(a, d); }, zero, b_.CreateNeg(a));
  case AluOp::Smod:
    return divide_signed([&](auto* d) { return b_.CreateSRem(a, d); }, a, zero);
  }
  return a;
}

void Lifter::lift(const State& s, const State& after, const Alu& x) {
  const Abstract& result = after.reg(x.dst);
  if (result.is_scalar() && result.scalar.is_constant())
    return set_number(s, x.dst, c64(std::int64_t(result.scalar.value())));
  if (x.op == AluOp::Mov)
    return lift_move(s, after, x);
  const bool numbers = s.reg(x.dst).is_scalar() &&
                       (x.op == AluOp::Neg || !x.src.reg || s.reg(*x.src.reg).is_scalar());
  if (!numbers)
    return lift_pointer_alu(s, after, x);
  llvm::Value* a = number(s, x.dst);
  llvm::Value* b = x.op == AluOp::Neg ? c64(0) : number(s, x.src);
  bool nonzero = x.src.reg ? s.reg(*x.src.reg).scalar.low.umin > 0 : std::uint32_t(x.src.imm) != 0;
  if (x.is64)
    nonzero = x.src.reg ? s.reg(*x.src.reg).scalar.all.umin > 0 : x.src.imm != 0;
  if (!x.is64) {
    a = b_.CreateTrunc(a, bits(32));
    b = b_.CreateTrunc(b, bits(32));
  }
  set_number(s, x.dst, arithmetic(x.op, a, b, nonzero));
}

void Lifter::lift_move(const State& s, const State& after, const Alu& x) {
  const Abstract& v = s.reg(*x.src.reg); // a constant was seen to before
  if (!v.is_scalar())
    return put(after.reg(x.dst), reg(s, x.dst), get(v, reg(s, *x.src.reg)));
  llvm::Value* n = number(s, *x.src.reg);
  if (x.movsx)
    n = b_.CreateSExt(b_.CreateTrunc(n, bits(x.movsx)), bits(64));
  if (!x.is64)
    n = b_.CreateTrunc(n, bits(32));
  set_number(s, x.dst, n);
}

void Lifter::lift_pointer_alu(const State& s, const State& after, const Alu& x) {
  const bool dst_points = !s.reg(x.dst).is_scalar();
  const Register p = dst_points ? x.dst : *x.src.reg;
  const Abstract& from = s.reg(p);
  const Abstract& to = after.reg(x.dst);
  if (to.is_scalar()) { // the difference of two pointers
    llvm::Value* d = b_.CreateNSWSub(coordinate(s.reg(x.dst), reg(s, x.dst)),
                                     coordinate(s.reg(*x.src.reg), reg(s, *x.src.reg)));
    return set_number(s, x.dst, x.is64 ? b_.CreateSExt(d, bits(64)) : d);
  }
  llvm::Value* by = dst_points ? number(s, x.src) : number(s, x.dst);
  by = b_.CreateTrunc(by, bits(32));
  if (x.op == AluOp::Sub)
    by = b_.CreateNeg(by);
  Lifted r;
  if (to.kind == Kind::MapValue)
    r.pointer = b_.CreateGEP(bits(8), pointer(reg(s, p)), by);
  else if ((to.kind != Kind::Stack && to.kind != Kind::Record) || !to.constant_offset())
    r.coordinate = b_.CreateNSWAdd(coordinate(from, reg(s, p)), by);
  put(to, reg(s, x.dst), r);
}

void Lifter::lift(const State& s, const State& after, const ByteSwap& x) {
  llvm::Value* n = b_.CreateTrunc(number(s, x.dst), bits(x.bits));
  if (x.kind != ByteSwap::ToLittle)
    n = b_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, n);
  set_number(s, x.dst, n);
}

llvm::Value* Lifter::compare(Condition c, llvm::Value* a, llvm::Value* b) {
  switch (c) {
  case Condition::Eq:
    return b_.CreateICmpEQ(a, b);
  case Condition::Ne:
    return b_.CreateICmpNE(a, b);
  case Condition::Gt:
    return b_.CreateICmpUGT(a, b);
  case Condition::Ge:
    return b_.CreateICmpUGE(a, b);
  case Condition::Lt:
    return b_.CreateICmpULT(a, b);
  case Condition::Le:
    return b_.CreateICmpULE(a, b);
  case Condition::Sgt:
    return b_.CreateICmpSGT(a, b);
  case Condition::Sge:
    return b_.CreateICmpSGE(a, b);
  case Condition::Slt:
    return b_.CreateICmpSLT(a, b);
  case Condition::Sle:
    return b_.CreateICmpSLE(a, b);
  case Condition::Set:
    return b_.CreateICmpNE(b_.CreateAnd(a, b), llvm::ConstantInt::get(a->getType(), 0));
  case Condition::Always:
    break;
  }
  return b_.getTrue();
}

namespace {
// Addresses compare unsigned; coordinates may be negative and are ordered alike as signed numbers.
Condition as_signed(Condition c) {
  switch (c) {
  case Condition::Gt:
    return Condition::Sgt;
  case Condition::Ge:
    return Condition::Sge;
  case Condition::Lt:
    return Condition::Slt;
  case Condition::Le:
    return Condition::Sle;
  default:
    return c;
  }
}
} // namespace

llvm::Value* Lifter::condition(const State& s, const Jump& j) {
  const Abstract& a = s.reg(j.dst);
  const Abstract b = j.src.reg ? s.reg(*j.src.reg) : Abstract::constant(std::uint64_t(j.src.imm));
  if (a.is_scalar() && b.is_scalar()) {
    llvm::Value *x = number(s, j.dst), *y = number(s, j.src);
    if (!j.is64) {
      x = b_.CreateTrunc(x, bits(32));
      y = b_.CreateTrunc(y, bits(32));
    }
    return compare(j.condition, x, y);
  }
  if (a.is_scalar() || b.is_scalar()) { // with NULL
    const Register p = a.is_scalar() ? *j.src.reg : j.dst;
    llvm::Value* is_null = s.reg(p).kind == Kind::RecordOrNull
                               ? b_.CreateICmpEQ(value_of(reg(s, p).number), c64(0))
                               : b_.CreateIsNull(pointer(reg(s, p)));
    return j.condition == Condition::Eq ? is_null : b_.CreateNot(is_null);
  }
  return compare(as_signed(j.condition), coordinate(a, reg(s, j.dst)),
                 coordinate(b, reg(s, *j.src.reg)));
}

} // namespace pw::lift
