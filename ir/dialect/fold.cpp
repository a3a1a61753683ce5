// Folders of the dialect's own value operations: constants, and pieces of pieces.
#include "ir/dialect/dialect.h"

namespace pw::ir {
namespace {

using llvm::APInt;
using mlir::Attribute;
using mlir::IntegerAttr;
using mlir::Value;

std::optional<APInt> number(Attribute a) {
  auto value = mlir::dyn_cast_or_null<IntegerAttr>(a);
  return value ? std::optional<APInt>(value.getValue()) : std::nullopt;
}

// Bits [offset, offset + width) of a concat that lie in one of its operands: that operand and the
// place in it.
std::pair<Value, unsigned> piece(ConcatOp concat, unsigned offset, unsigned width) {
  unsigned base = 0;
  for (Value v : concat.getValues()) {
    unsigned w = width_of(v);
    if (offset >= base && offset + width <= base + w)
      return {v, offset - base};
    base += w;
  }
  return {};
}

bool adjacent(BitsOp low, Value high_value) {
  auto high = high_value.getDefiningOp<BitsOp>();
  return high && high.getValue() == low.getValue() &&
         high.getOffset() == low.getOffset() + width_of(low.getResult());
}

} // namespace

mlir::OpFoldResult BitsOp::fold(FoldAdaptor adaptor) {
  unsigned width = width_of(getResult());
  if (width == width_of(getValue()))
    return getValue();
  if (auto x = number(adaptor.getValue()))
    return IntegerAttr::get(getType(), x->extractBits(width, getOffset()));
  if (auto inner = getValue().getDefiningOp<BitsOp>()) {
    setOffset(getOffset() + inner.getOffset());
    getValueMutable().assign(inner.getValue());
    return getResult();
  }
  if (auto concat = getValue().getDefiningOp<ConcatOp>()) {
    auto [v, at] = piece(concat, getOffset(), width);
    if (!v)
      return {};
    if (width_of(v) == width)
      return v;
    setOffset(at);
    getValueMutable().assign(v);
    return getResult();
  }
  return {};
}

mlir::OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getValues().size() == 1)
    return getValues()[0];
  APInt all(width_of(getResult()), 0);
  unsigned base = 0;
  bool constant = true;
  for (auto [attribute, v] : llvm::zip(adaptor.getValues(), getValues())) {
    if (auto x = number(attribute))
      all.insertBits(*x, base);
    else
      constant = false;
    base += width_of(v);
  }
  if (constant)
    return IntegerAttr::get(getType(), all);
  auto first = getValues()[0].getDefiningOp<BitsOp>();
  if (first && first.getOffset() == 0 && first.getValue().getType() == getType()) {
    auto last = first;
    for (Value v : getValues().drop_front()) {
      if (!adjacent(last, v))
        return {};
      last = v.getDefiningOp<BitsOp>();
    }
    return first.getValue();
  }
  return {};
}

mlir::OpFoldResult MuxOp::fold(FoldAdaptor adaptor) {
  for (auto [condition, v] : llvm::zip(adaptor.getConditions(), getValues()))
    if (auto c = number(condition); c && c->isOne())
      return v;
  return {};
}

} // namespace pw::ir
