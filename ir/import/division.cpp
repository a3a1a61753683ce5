// Division: by a constant a multiplication whose high half counts, by a power of two a shift, by a
// variable one subtraction a bit.
#include "ir/import/importer.h"

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/Support/DivisionByConstantInfo.h"

namespace pw::ir {

using mlir::Value;
using P = mlir::arith::CmpIPredicate;
namespace arith = mlir::arith;

Value Importer::divide(llvm::BinaryOperator& i) {
  using Op = llvm::Instruction;
  bool remainder = i.getOpcode() == Op::URem || i.getOpcode() == Op::SRem;
  Value x = value(i.getOperand(0)), y = value(i.getOperand(1));
  unsigned n = width_of(x);
  if (i.getOpcode() == Op::SDiv || i.getOpcode() == Op::SRem)
    return divide_signed(x, y, remainder);
  // Only as wide as the operands can be.
  const llvm::DataLayout& layout = module_.getDataLayout();
  unsigned needed = 1;
  for (llvm::Value* v : {i.getOperand(0), i.getOperand(1)}) {
    auto bits = llvm::computeKnownBits(v, layout, 0, assumptions_, &i);
    unsigned by_range =
        values_info_->getConstantRange(v, &i, false).getUnsignedMax().getActiveBits();
    needed = std::max({needed, std::min(by_range, n - bits.countMinLeadingZeros())});
  }
  return resize(divide_unsigned(resize(x, needed), resize(y, needed), remainder), n);
}

Value Importer::divide_by_constant(Value x, const llvm::APInt& d) {
  unsigned n = width_of(x);
  if (d.isOne())
    return x;
  if (d.isPowerOf2())
    return make<arith::ShRUIOp>(x, constant(n, d.logBase2()));
  auto magic = llvm::UnsignedDivisionByConstantInfo::get(d);
  if (magic.PreShift)
    x = make<arith::ShRUIOp>(x, constant(n, magic.PreShift));
  Value product = make<arith::MulIOp>(resize(x, 2 * n), constant(magic.Magic.zext(2 * n)));
  Value high = make<BitsOp>(builder_.getIntegerType(n), product, n);
  if (!magic.IsAdd)
    return make<arith::ShRUIOp>(high, constant(n, magic.PostShift));
  Value sum = make<arith::AddIOp>(resize(high, n + 1), resize(x, n + 1));
  return resize(make<arith::ShRUIOp>(sum, constant(n + 1, magic.PostShift + 1)), n);
}

Value Importer::divide_unsigned(Value x, Value y, bool remainder) {
  unsigned n = width_of(x);
  auto d = constant_of(y);
  if (d && d->isPowerOf2() && remainder)
    return make<arith::AndIOp>(x, constant(*d - 1));
  if (d && !d->isZero()) {
    Value q = divide_by_constant(x, *d);
    return remainder ? make<arith::SubIOp>(x, make<arith::MulIOp>(q, y)) : q;
  }
  Value rest = constant(n + 1, 0), divisor = resize(y, n + 1);
  std::vector<Value> quotient(n);
  for (unsigned bit = n; bit-- > 0;) {
    Value next = make<BitsOp>(builder_.getI1Type(), x, bit);
    Value shifted = make<ConcatOp>(rest.getType(), mlir::ValueRange{next, resize(rest, n)});
    Value fits = compare(P::uge, shifted, divisor);
    quotient[bit] = fits;
    rest = make<arith::SelectOp>(fits, make<arith::SubIOp>(shifted, divisor), shifted);
  }
  return remainder ? resize(rest, n) : make<ConcatOp>(x.getType(), quotient);
}

Value Importer::magnitude(Value x) {
  Value zero = constant(width_of(x), 0);
  return make<arith::SelectOp>(compare(P::slt, x, zero), make<arith::SubIOp>(zero, x), x);
}

// The quotient is rounded to zero, the remainder has the dividend's sign.
Value Importer::divide_signed(Value x, Value y, bool remainder) {
  Value zero = constant(width_of(x), 0);
  Value x_negative = compare(P::slt, x, zero), y_negative = compare(P::slt, y, zero);
  Value r = divide_unsigned(magnitude(x), magnitude(y), remainder);
  Value flip = remainder ? x_negative : make<arith::XOrIOp>(x_negative, y_negative);
  return make<arith::SelectOp>(flip, make<arith::SubIOp>(zero, r), r);
}

} // namespace pw::ir
