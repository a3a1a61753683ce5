#include "ir/passes/cofactor.h"

#include <algorithm>

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

bool is_constant(Value v, bool ones) {
  auto c = v ? constant_of(v) : std::nullopt;
  return c && (ones ? c->isAllOnes() : c->isZero());
}

} // namespace

void Cofactor::settle(AccessOp access, Value found, Value hit) {
  facts_[access.getOutcome()] = {found, hit};
  fresh_ = false;
  memo_.clear();
}

// The enable of a read tells only whether the program gets there, so it decides nothing. Accesses
// and stores have chains of states of their own: neither changes what the other gives.
bool Cofactor::depends(mlir::Operation& op) {
  auto any = [&](std::initializer_list<Value> all) {
    return llvm::any_of(all, [&](Value v) { return v && dependent(v); });
  };
  if (auto load = mlir::dyn_cast<LoadOp>(op))
    return any({load.getState(), load.getHandle(), load.getAt()});
  if (auto read = mlir::dyn_cast<FindOp>(op))
    return any({read.getKey()});
  return llvm::any_of(op.getOperands(), [&](Value v) { return dependent(v); });
}

void Cofactor::find_dependents() {
  dependent_.clear();
  for (mlir::Operation& op : block_)
    if (auto access = mlir::dyn_cast<AccessOp>(op);
        access && (facts_.contains(access.getOutcome()) || depends(op)))
      dependent_.insert(op.result_begin(), op.result_end());
    else if (depends(op))
      dependent_.insert(op.result_begin(), op.result_end());
  fresh_ = true;
}

Value Cofactor::known(Value v) const {
  if (!dependent(v))
    return v;
  return memo_.lookup(v);
}

// All that lies between the outcomes and the value, in dependence order.
Value Cofactor::of(Value v) {
  if (!fresh_)
    find_dependents();
  std::vector<mlir::Operation*> needed;
  llvm::DenseSet<Value> seen;
  std::vector<Value> work = {v};
  while (!work.empty()) {
    Value next = work.back();
    work.pop_back();
    if (!dependent(next) || facts_.contains(next) || memo_.contains(next) ||
        !seen.insert(next).second)
      continue;
    needed.push_back(next.getDefiningOp());
    work.insert(work.end(), next.getDefiningOp()->operand_begin(),
                next.getDefiningOp()->operand_end());
  }
  std::sort(needed.begin(), needed.end(),
            [](mlir::Operation* a, mlir::Operation* b) { return a->isBeforeInBlock(b); });
  for (mlir::Operation* op : needed)
    if (op->getNumResults() == 1 && op->getResult(0).getType().isInteger())
      memo_[op->getResult(0)] = evaluate(*op);
  return known(v);
}

Value Cofactor::evaluate(mlir::Operation& op) {
  build_.at(op.getLoc());
  if (auto bits = mlir::dyn_cast<BitsOp>(op))
    if (auto fact = facts_.find(bits.getValue()); fact != facts_.end())
      return of_outcome(bits, fact->second);
  if (auto select = mlir::dyn_cast<arith::SelectOp>(op))
    return of_select(select);
  if (auto mux = mlir::dyn_cast<MuxOp>(op))
    return of_mux(mux);
  if (auto load = mlir::dyn_cast<LoadOp>(op))
    return of_load(load);
  if (mlir::isa<arith::AndIOp, arith::OrIOp>(op)) {
    bool ones = mlir::isa<arith::OrIOp>(op);
    for (Value v : op.getOperands())
      if (is_constant(known(v), ones))
        return known(v);
  }
  return rebuilt(op);
}

// An outcome is {handle, found}, a handle {hit, slot}.
Value Cofactor::of_outcome(BitsOp bits, const Fact& fact) {
  unsigned width = width_of(bits.getResult()), top = width_of(bits.getValue()) - 1;
  if (bits.getOffset() == top)
    return fact.found;
  if (bits.getOffset() == 0 && width == 1)
    return fact.hit;
  bool nothing = is_constant(fact.hit, false);
  return nothing && bits.getOffset() + width <= top ? build_.constant(width, 0) : Value();
}

Value Cofactor::of_select(arith::SelectOp select) {
  Value c = known(select.getCondition());
  Value t = known(select.getTrueValue()), f = known(select.getFalseValue());
  if (is_constant(c, true))
    return t;
  if (is_constant(c, false))
    return f;
  if (!t || !f)
    return {};
  return t == f ? t : c ? build_.select(c, t, f) : Value();
}

Value Cofactor::of_mux(MuxOp mux) {
  std::vector<Value> conditions, values;
  for (auto [condition, value] : llvm::zip(mux.getConditions(), mux.getValues())) {
    Value c = known(condition), v = known(value);
    if (is_constant(c, true))
      return v;
    if (is_constant(c, false))
      continue;
    if (!c || !v)
      return {};
    conditions.push_back(c);
    values.push_back(v);
  }
  if (values.empty())
    return build_.constant(width_of(mux.getResult()), 0);
  return build_.mux(conditions, values);
}

Value Cofactor::of_load(LoadOp load) {
  if (is_constant(known(load.getHandle()), false))
    return build_.constant(width_of(load.getResult()), 0);
  return {};
}

Value Cofactor::rebuilt(mlir::Operation& op) {
  if (!mlir::isa<BitsOp, ConcatOp>(op) && op.getName().getDialectNamespace() != "arith")
    return {};
  llvm::SmallVector<Value> operands;
  for (Value v : op.getOperands()) {
    operands.push_back(known(v));
    if (!operands.back())
      return {};
  }
  mlir::OpBuilder& builder = build_.behind(operands);
  mlir::Operation* copy = builder.clone(op);
  copy->setOperands(operands);
  llvm::SmallVector<Value> folded;
  if (failed(builder.tryFold(copy, folded)))
    return copy->getResult(0);
  if (folded.empty()) // in place
    return copy->getResult(0);
  copy->erase();
  return folded[0];
}

} // namespace pw::ir
