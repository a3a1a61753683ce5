// Intrinsics as plain instructions, and divisions by constants as multiplications:
//   x / 7  ->  the high half of x * 0x92492493, corrected (Warren, "Hacker's Delight", chapter 10)
#include "backends/nfp/select/passes.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/CodeGen/IntrinsicLowering.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/ValueHandle.h>
#include <llvm/Support/DivisionByConstantInfo.h>

namespace pw::nfp {
namespace {

using namespace llvm;

Value* number(IRBuilder<>& b, Value* like, std::uint64_t n) {
  return ConstantInt::get(like->getType(), n);
}

Value* saturated(IRBuilder<>& b, IntrinsicInst& i, Value* x, Value* y) {
  const unsigned width = x->getType()->getIntegerBitWidth();
  Constant* none = Constant::getNullValue(x->getType());
  switch (i.getIntrinsicID()) {
  case Intrinsic::uadd_sat: {
    Value* sum = b.CreateAdd(x, y);
    return b.CreateSelect(b.CreateICmpULT(sum, x), Constant::getAllOnesValue(x->getType()), sum);
  }
  case Intrinsic::usub_sat:
    return b.CreateSelect(b.CreateICmpUGT(x, y), b.CreateSub(x, y), none);
  default: {
    const bool add = i.getIntrinsicID() == Intrinsic::sadd_sat;
    Value* r = add ? b.CreateAdd(x, y) : b.CreateSub(x, y);
    Value* overflow = add ? b.CreateAnd(b.CreateXor(r, x), b.CreateXor(r, y))
                          : b.CreateAnd(b.CreateXor(x, y), b.CreateXor(r, x));
    Value* limit =
        b.CreateSelect(b.CreateICmpSLT(x, none), b.getInt(APInt::getSignedMinValue(width)),
                       b.getInt(APInt::getSignedMaxValue(width)));
    return b.CreateSelect(b.CreateICmpSLT(overflow, none), limit, r);
  }
  }
}

// {result, whether it overflowed} of [us]{add,sub,mul}.with.overflow.
std::pair<Value*, Value*> overflowing(IRBuilder<>& b, WithOverflowInst& i) {
  Value *x = i.getLHS(), *y = i.getRHS();
  Constant* none = Constant::getNullValue(x->getType());
  const unsigned width = x->getType()->getIntegerBitWidth();
  switch (i.getIntrinsicID()) {
  case Intrinsic::uadd_with_overflow: {
    Value* r = b.CreateAdd(x, y);
    return {r, b.CreateICmpULT(r, x)};
  }
  case Intrinsic::usub_with_overflow:
    return {b.CreateSub(x, y), b.CreateICmpULT(x, y)};
  case Intrinsic::sadd_with_overflow: {
    Value* r = b.CreateAdd(x, y);
    return {r, b.CreateICmpSLT(b.CreateAnd(b.CreateXor(r, x), b.CreateXor(r, y)), none)};
  }
  case Intrinsic::ssub_with_overflow: {
    Value* r = b.CreateSub(x, y);
    return {r, b.CreateICmpSLT(b.CreateAnd(b.CreateXor(x, y), b.CreateXor(r, x)), none)};
  }
  default: {
    const bool is_signed = i.getIntrinsicID() == Intrinsic::smul_with_overflow;
    Type* wide = b.getIntNTy(2 * width);
    const auto extended = [&](Value* v) {
      return is_signed ? b.CreateSExt(v, wide) : b.CreateZExt(v, wide);
    };
    Value* product = b.CreateMul(extended(x), extended(y));
    Value* r = b.CreateTrunc(product, x->getType());
    return {r, b.CreateICmpNE(extended(r), product)};
  }
  }
}

Value* shifted_in(IRBuilder<>& b, IntrinsicInst& i) {
  Value *x = i.getArgOperand(0), *y = i.getArgOperand(1), *n = i.getArgOperand(2);
  const unsigned width = x->getType()->getIntegerBitWidth();
  Value* by = b.CreateURem(n, number(b, n, width));
  Value* rest = b.CreateSub(number(b, n, width - 1), by);
  if (i.getIntrinsicID() == Intrinsic::fshl)
    return b.CreateOr(b.CreateShl(x, by), b.CreateLShr(b.CreateLShr(y, 1), rest));
  return b.CreateOr(b.CreateLShr(y, by), b.CreateShl(b.CreateShl(x, 1), rest));
}

Value* reversed(IRBuilder<>& b, Value* x) {
  const unsigned width = x->getType()->getIntegerBitWidth();
  for (unsigned step : {1u, 2u, 4u}) {
    APInt mask(width, 0);
    for (unsigned bit = 0; bit < width; bit += 2 * step)
      mask.setBits(bit, std::min(bit + step, width));
    x = b.CreateOr(b.CreateAnd(b.CreateLShr(x, step), b.getInt(mask)),
                   b.CreateShl(b.CreateAnd(x, b.getInt(mask)), step));
  }
  return width == 8 ? x : b.CreateUnaryIntrinsic(Intrinsic::bswap, x);
}

Value* compared(IRBuilder<>& b, IntrinsicInst& i, Value* x, Value* y) {
  const bool is_signed = i.getIntrinsicID() == Intrinsic::scmp;
  Value* less = is_signed ? b.CreateICmpSLT(x, y) : b.CreateICmpULT(x, y);
  Value* more = is_signed ? b.CreateICmpSGT(x, y) : b.CreateICmpUGT(x, y);
  Type* t = i.getType();
  return b.CreateSelect(less, Constant::getAllOnesValue(t),
                        b.CreateSelect(more, ConstantInt::get(t, 1), ConstantInt::get(t, 0)));
}

Value* plain(IRBuilder<>& b, IntrinsicInst& i) {
  Value* x = i.getArgOperand(0);
  Value* y = i.arg_size() > 1 ? i.getArgOperand(1) : nullptr;
  switch (i.getIntrinsicID()) {
  case Intrinsic::umin:
    return b.CreateSelect(b.CreateICmpULT(x, y), x, y);
  case Intrinsic::umax:
    return b.CreateSelect(b.CreateICmpUGT(x, y), x, y);
  case Intrinsic::smin:
    return b.CreateSelect(b.CreateICmpSLT(x, y), x, y);
  case Intrinsic::smax:
    return b.CreateSelect(b.CreateICmpSGT(x, y), x, y);
  case Intrinsic::abs:
    return b.CreateSelect(b.CreateICmpSLT(x, number(b, x, 0)), b.CreateNeg(x), x);
  case Intrinsic::uadd_sat:
  case Intrinsic::usub_sat:
  case Intrinsic::sadd_sat:
  case Intrinsic::ssub_sat:
    return saturated(b, i, x, y);
  case Intrinsic::fshl:
  case Intrinsic::fshr:
    // A rotation by a constant is one instruction.
    return isa<ConstantInt>(i.getArgOperand(2)) ? nullptr : shifted_in(b, i);
  case Intrinsic::bitreverse:
    return reversed(b, x);
  case Intrinsic::ucmp:
  case Intrinsic::scmp:
    return compared(b, i, x, y);
  default:
    return nullptr;
  }
}

void expand_overflow(WithOverflowInst& i) {
  IRBuilder<> b(&i);
  const auto [result, overflow] = overflowing(b, i);
  for (User* u : make_early_inc_range(i.users())) {
    auto* part = cast<ExtractValueInst>(u);
    part->replaceAllUsesWith(part->getIndices()[0] == 0 ? result : overflow);
    part->eraseFromParent();
  }
  i.eraseFromParent();
}

void expand(Function& f, Instruction& i) {
  if (auto* overflow = dyn_cast<WithOverflowInst>(&i))
    return expand_overflow(*overflow);
  if (auto* freeze = dyn_cast<FreezeInst>(&i)) {
    freeze->replaceAllUsesWith(freeze->getOperand(0));
    freeze->eraseFromParent();
    return;
  }
  auto* call = dyn_cast<IntrinsicInst>(&i);
  if (!call)
    return;
  const Intrinsic::ID id = call->getIntrinsicID();
  if (id == Intrinsic::ctpop || id == Intrinsic::ctlz || id == Intrinsic::cttz) {
    IntrinsicLowering(f.getParent()->getDataLayout()).LowerIntrinsicCall(call);
    return;
  }
  if (id == Intrinsic::assume) {
    call->eraseFromParent();
    return;
  }
  IRBuilder<> b(call);
  if (Value* v = plain(b, *call)) {
    call->replaceAllUsesWith(v);
    call->eraseFromParent();
  }
}

// ---- division ----

// By sign and magnitude; the lifter has seen to division by zero.
Value* signed_division(IRBuilder<>& b, BinaryOperator& i) {
  Value *x = i.getOperand(0), *y = i.getOperand(1), *zero = number(b, x, 0);
  const auto magnitude = [&](Value* v) {
    return b.CreateSelect(b.CreateICmpSLT(v, zero), b.CreateNeg(v), v);
  };
  const bool remainder = i.getOpcode() == Instruction::SRem;
  Value *p = magnitude(x), *q = magnitude(y);
  Value* r = remainder ? b.CreateURem(p, q) : b.CreateUDiv(p, q);
  Value* sign = remainder ? x : b.CreateXor(x, y);
  return b.CreateSelect(b.CreateICmpSLT(sign, zero), b.CreateNeg(r), r);
}

Value* high_half(IRBuilder<>& b, Value* x, const APInt& factor) {
  Value* product = b.CreateMul(b.CreateZExt(x, b.getInt64Ty()), b.getInt64(factor.getZExtValue()));
  return b.CreateTrunc(b.CreateLShr(product, 32), b.getInt32Ty());
}

Value* quotient(IRBuilder<>& b, Value* x, const APInt& divisor, unsigned leading_zeros) {
  if (divisor.isPowerOf2())
    return b.CreateLShr(x, divisor.logBase2());
  const auto magic = UnsignedDivisionByConstantInfo::get(divisor, leading_zeros);
  Value* q = high_half(b, magic.PreShift ? b.CreateLShr(x, magic.PreShift) : x, magic.Magic);
  if (magic.IsAdd)
    q = b.CreateAdd(b.CreateLShr(b.CreateSub(x, q), 1), q);
  return magic.PostShift ? b.CreateLShr(q, magic.PostShift) : q;
}

void divide(const DataLayout& layout, BinaryOperator& i) {
  IRBuilder<> b(&i);
  Value* result = nullptr;
  const unsigned op = i.getOpcode();
  if (op == Instruction::SDiv || op == Instruction::SRem) {
    result = signed_division(b, i);
    i.replaceAllUsesWith(result);
    i.eraseFromParent();
    return;
  }
  const KnownBits known = computeKnownBits(i.getOperand(0), layout);
  const KnownBits divisor = computeKnownBits(i.getOperand(1), layout);
  if (known.countMaxActiveBits() > 32 || divisor.countMaxActiveBits() > 32)
    return;
  Value* x = b.CreateZExtOrTrunc(i.getOperand(0), b.getInt32Ty());
  Value* y = b.CreateZExtOrTrunc(i.getOperand(1), b.getInt32Ty());
  if (auto* c = dyn_cast<ConstantInt>(y)) {
    const unsigned zeros = 32 - known.countMaxActiveBits();
    Value* q = c->isOne() ? x : quotient(b, x, c->getValue(), zeros);
    result = op == Instruction::UDiv ? q : b.CreateSub(x, b.CreateMul(q, c));
  } else if (i.getType()->getIntegerBitWidth() == 32) {
    return;
  } else {
    result = op == Instruction::UDiv ? b.CreateUDiv(x, y) : b.CreateURem(x, y);
  }
  i.replaceAllUsesWith(b.CreateZExtOrTrunc(result, i.getType()));
  i.eraseFromParent();
}

template <class F> void each(Function& f, F visit) {
  std::vector<WeakVH> all; // some go together with others
  for (Instruction& i : instructions(f))
    all.emplace_back(&i);
  for (WeakVH& i : all)
    if (i)
      visit(*cast<Instruction>(i));
}

bool is_division(const Instruction& i) {
  switch (i.getOpcode()) {
  case Instruction::UDiv:
  case Instruction::URem:
  case Instruction::SDiv:
  case Instruction::SRem:
    return true;
  default:
    return false;
  }
}

} // namespace

void expand_intrinsics(Function& f) {
  each(f, [&](Instruction& i) { expand(f, i); });
  for (int round = 0; round < 2; ++round) // signed ones become unsigned ones
    each(f, [&](Instruction& i) {
      if (is_division(i))
        divide(f.getParent()->getDataLayout(), cast<BinaryOperator>(i));
    });
}

} // namespace pw::nfp
