#include "ir/passes/maker.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

Maker::Key Maker::key(const void* what, std::uint64_t attribute, llvm::ArrayRef<Value> values) {
  std::vector<const void*> operands;
  for (Value v : values)
    operands.push_back(v.getAsOpaquePointer());
  return {{what, attribute}, operands};
}

template <typename Op> Value Maker::make(llvm::ArrayRef<Value> v) {
  auto name = mlir::OperationName(Op::getOperationName(), build.context());
  Value& made = made_[key(name.getAsOpaquePointer(), 0, v)];
  if (!made)
    made = build.behind(v).createOrFold<Op>(build.where(), v[0], v[1]);
  // Constants that folding makes are not the one that is known.
  if (auto c = constant_of(made))
    made = build.constant(*c);
  return made;
}

Value Maker::add(Value a, Value b) { return make<arith::AddIOp>({a, b}); }
Value Maker::sub(Value a, Value b) { return make<arith::SubIOp>({a, b}); }
Value Maker::exclusive_or(Value a, Value b) { return make<arith::XOrIOp>({a, b}); }
Value Maker::both(Value a, Value b) { return a == b ? a : make<arith::AndIOp>({a, b}); }
Value Maker::either(Value a, Value b) { return a == b ? a : make<arith::OrIOp>({a, b}); }

Value Maker::compare(arith::CmpIPredicate how, Value a, Value b) {
  Value& made = made_[key("compare", std::uint64_t(how), {a, b})];
  if (!made)
    made = build.behind({a, b}).createOrFold<arith::CmpIOp>(build.where(), how, a, b);
  if (auto c = constant_of(made))
    made = build.constant(*c);
  return made;
}

Value Maker::select(Value c, Value t, Value f) {
  auto x = constant_of(t), y = constant_of(f);
  if (t == f || (x && y && *x == *y))
    return t;
  if (auto k = constant_of(c))
    return k->isOne() ? t : f;
  if (width_of(t) == 1 && x)
    return x->isOne() ? either(c, f) : both(inverse(c), f);
  if (width_of(t) == 1 && y)
    return y->isOne() ? either(inverse(c), t) : both(c, t);
  Value& made = made_[key("select", 0, {c, t, f})];
  if (!made)
    made = build.select(c, t, f);
  return made;
}

Value Maker::like(mlir::Operation* op, llvm::ArrayRef<Value> operands) {
  if (llvm::equal(op->getOperands(), operands))
    return op->getResult(0);
  Value& made = made_[key(op, 0, operands)];
  if (made)
    return made;
  mlir::OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  state.addTypes(op->getResultTypes());
  state.addAttributes(op->getAttrs());
  return made = build.behind(operands).create(state)->getResult(0);
}

} // namespace pw::ir
