#include "ir/passes/build.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

constexpr std::uint64_t gap = std::uint64_t(1) << 40, room = std::uint64_t(1) << 24;
constexpr std::uint64_t most_moved = 100'000;

} // namespace

void BlockOrder::renumber() {
  numbers_.clear();
  std::uint64_t next = gap;
  for (mlir::Operation& op : block_) {
    numbers_[&op] = next;
    next += gap;
  }
}

std::uint64_t BlockOrder::number(mlir::Operation* op) {
  auto found = numbers_.find(op);
  if (found != numbers_.end())
    return found->second;
  renumber();
  return numbers_.at(op);
}

// Both are looked up before either is used: the second may number everything anew.
bool BlockOrder::before(mlir::Operation* a, mlir::Operation* b) {
  number(a);
  number(b);
  return numbers_.at(a) < numbers_.at(b);
}

// Folding tells of a new constant before it does of the operation in front of it, which may stand
// in memory where an erased one stood: then it has a number that has nothing to do with its place.
bool BlockOrder::in_order(mlir::Operation* op) const {
  auto here = numbers_.find(op);
  if (here == numbers_.end())
    return false;
  auto before = numbers_.find(op->getPrevNode()), behind = numbers_.find(op->getNextNode());
  return (before == numbers_.end() || before->second < here->second) &&
         (behind == numbers_.end() || here->second < behind->second);
}

// Halfway between its neighbours; where there is no room, those behind it move up.
void BlockOrder::notifyOperationInserted(mlir::Operation* op, mlir::OpBuilder::InsertPoint) {
  numbers_.erase(op);
  if (op->getBlock() != &block_ || numbers_.empty())
    return;
  if (op->getPrevNode() && !in_order(op->getPrevNode()))
    return numbers_.clear();
  auto before = numbers_.find(op->getPrevNode());
  if (op->getPrevNode() && before == numbers_.end())
    return numbers_.clear();
  const std::uint64_t low = op->getPrevNode() ? before->second : 0;
  std::uint64_t high = 0, count = 1;
  mlir::Operation* next = op->getNextNode();
  for (; next; next = next->getNextNode(), ++count) {
    auto after = numbers_.find(next);
    if (after == numbers_.end() || after->second <= low || count > most_moved)
      return numbers_.clear();
    high = after->second;
    if (high - low > count * (count > 1 ? room : 1))
      break;
  }
  if (!next)
    high = low + (count + 1) * gap;
  const std::uint64_t step = (high - low) / (count + 1);
  std::uint64_t at = low;
  for (mlir::Operation* moved = op; count--; moved = moved->getNextNode())
    numbers_[moved] = at += step;
}

mlir::OpBuilder& Build::behind(llvm::ArrayRef<Value> operands) {
  mlir::Operation* last = nullptr;
  for (Value v : operands)
    if (mlir::Operation* op = v.getDefiningOp(); op && (!last || order_.before(last, op)))
      last = op;
  if (last)
    builder_.setInsertionPointAfter(last);
  else
    builder_.setInsertionPointToStart(&block_);
  return builder_;
}

Value Build::constant(const llvm::APInt& x) {
  llvm::SmallString<32> text;
  x.toStringUnsigned(text, 16);
  Value& v = constants_[{x.getBitWidth(), text.str().str()}];
  if (!v)
    v = make<arith::ConstantOp>(
        {}, builder_.getIntegerAttr(builder_.getIntegerType(x.getBitWidth()), x));
  return v;
}

Value Build::bits(Value x, unsigned offset, unsigned width) {
  if (width == width_of(x))
    return x;
  Value& v = bits_[{x.getAsOpaquePointer(), offset, width}];
  if (!v)
    v = make<BitsOp>({x}, builder_.getIntegerType(width), x, offset);
  return v;
}

Value Build::concat(llvm::ArrayRef<Value> parts) {
  std::vector<Value> kept;
  std::vector<void*> key;
  unsigned width = 0;
  for (Value p : parts)
    if (p) {
      kept.push_back(p);
      key.push_back(p.getAsOpaquePointer());
      width += width_of(p);
    }
  if (kept.size() == 1)
    return kept[0];
  Value& v = concats_[key];
  if (!v)
    v = make<ConcatOp>(kept, builder_.getIntegerType(width), kept);
  return v;
}

Value Build::resize(Value x, unsigned width) {
  unsigned from = width_of(x);
  if (width <= from)
    return bits(x, 0, width);
  return make<arith::ExtUIOp>({x}, builder_.getIntegerType(width), x);
}

Value Build::field(std::int64_t offset, unsigned bytes) {
  Value& v = fields_[{offset, bytes}];
  if (!v)
    v = make<FieldOp>({}, builder_.getIntegerType(bytes * 8), offset);
  return v;
}

Value Build::equal(Value x, const llvm::APInt& k) {
  Value c = constant(k);
  return make<arith::CmpIOp>({x, c}, arith::CmpIPredicate::eq, x, c);
}

Value Build::select(Value c, Value t, Value f) {
  return t == f ? t : make<arith::SelectOp>({c, t, f}, c, t, f);
}

Value Build::both(Value a, Value b) { return make<arith::AndIOp>({a, b}, a, b); }
Value Build::either(Value a, Value b) { return a && a != b ? make<arith::OrIOp>({a, b}, a, b) : b; }
Value Build::negate(Value c) {
  Value one = constant(1, 1);
  return make<arith::XOrIOp>({c, one}, c, one);
}
Value Build::add(Value a, Value b) { return make<arith::AddIOp>({a, b}, a, b); }
Value Build::mul(Value a, Value b) { return make<arith::MulIOp>({a, b}, a, b); }

Value Build::mux(llvm::ArrayRef<Value> conditions, llvm::ArrayRef<Value> values) {
  std::vector<Value> all(conditions.begin(), conditions.end());
  all.insert(all.end(), values.begin(), values.end());
  return make<MuxOp>(all, values[0].getType(), conditions, values);
}

} // namespace pw::ir
