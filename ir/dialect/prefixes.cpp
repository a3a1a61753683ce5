#include "ir/dialect/prefixes.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

// Is a bit of a key always 1?
bool is_one(Value v, unsigned bit) {
  if (auto c = constant_of(v))
    return (*c)[bit];
  if (auto select = v.getDefiningOp<arith::SelectOp>())
    return is_one(select.getTrueValue(), bit) && is_one(select.getFalseValue(), bit);
  if (auto concat = v.getDefiningOp<ConcatOp>())
    for (Value piece : concat.getValues()) {
      if (bit < width_of(piece))
        return is_one(piece, bit);
      bit -= width_of(piece);
    }
  return false;
}

} // namespace

bool only_longest(AccessOp a) { return is_one(a.getKey(), width_of(a.getKey()) - 2); }

} // namespace pw::ir
