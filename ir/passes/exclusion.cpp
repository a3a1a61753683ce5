#include "ir/passes/exclusion.h"

#include "llvm/ADT/DenseSet.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

constexpr unsigned most_pairs = 4'000'000;

bool negates(Value a, Value b) {
  auto x = a.getDefiningOp<arith::XOrIOp>();
  if (!x || x.getLhs() != b)
    return false;
  auto c = constant_of(x.getRhs());
  return c && c->isOne();
}

// Comparisons of the same things that can't both hold.
bool contradict(Value a, Value b) {
  auto x = a.getDefiningOp<arith::CmpIOp>(), y = b.getDefiningOp<arith::CmpIOp>();
  if (!x || !y || x.getLhs() != y.getLhs())
    return false;
  using P = arith::CmpIPredicate;
  if (x.getRhs() == y.getRhs())
    return arith::invertPredicate(x.getPredicate()) == y.getPredicate();
  auto c = constant_of(x.getRhs()), d = constant_of(y.getRhs());
  return c && d && x.getPredicate() == P::eq && y.getPredicate() == P::eq && *c != *d;
}

} // namespace

bool Exclusion::exclusive(Value a, Value b) {
  if (a == b)
    return false;
  if (b.getAsOpaquePointer() < a.getAsOpaquePointer())
    std::swap(a, b);
  auto [at, fresh] = known_.try_emplace({a, b}, false);
  if (!fresh || known_.size() > most_pairs)
    return at->second;
  bool result = decide(a, b);
  known_[{a, b}] = result;
  return result;
}

bool Exclusion::decide(Value a, Value b) {
  for (Value v : {a, b})
    if (auto c = constant_of(v); c && c->isZero())
      return true;
  if (negates(a, b) || negates(b, a) || contradict(a, b))
    return true;
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    if (auto both = x.getDefiningOp<arith::AndIOp>())
      if (exclusive(both.getLhs(), y) || exclusive(both.getRhs(), y))
        return true;
    if (auto either = x.getDefiningOp<arith::OrIOp>())
      if (exclusive(either.getLhs(), y) && exclusive(either.getRhs(), y))
        return true;
  }
  return false;
}

bool Exclusion::implies(Value a, Value b) {
  auto [at, fresh] = implied_.try_emplace({a, b}, false);
  if (!fresh || implied_.size() > most_pairs)
    return at->second;
  bool result = decide_implied(a, b);
  implied_[{a, b}] = result;
  return result;
}

bool Exclusion::decide_implied(Value a, Value b) {
  auto is = [](Value v, bool one) {
    auto c = constant_of(v);
    return c && c->isOne() == one;
  };
  if (a == b || is(b, true) || is(a, false))
    return true;
  if (auto both = b.getDefiningOp<arith::AndIOp>())
    return implies(a, both.getLhs()) && implies(a, both.getRhs());
  if (auto either = a.getDefiningOp<arith::OrIOp>())
    return implies(either.getLhs(), b) && implies(either.getRhs(), b);
  if (auto both = a.getDefiningOp<arith::AndIOp>())
    if (implies(both.getLhs(), b) || implies(both.getRhs(), b))
      return true;
  if (auto either = b.getDefiningOp<arith::OrIOp>())
    return implies(a, either.getLhs()) || implies(a, either.getRhs());
  return false;
}

bool depends_on(Value value, llvm::ArrayRef<Value> sources) {
  llvm::DenseSet<Value> seen;
  std::vector<Value> work = {value};
  while (!work.empty()) {
    Value v = work.back();
    work.pop_back();
    if (!seen.insert(v).second)
      continue;
    if (llvm::is_contained(sources, v))
      return true;
    for (Value operand : v.getDefiningOp()->getOperands())
      work.push_back(operand);
  }
  return false;
}

namespace {

class Sorter {
public:
  explicit Sorter(mlir::Block& block) : block_(block) {}

  void run() {
    for (mlir::Operation& op : block_)
      place(op);
    for (mlir::Operation* op : order_)
      op->moveBefore(&block_, block_.end());
  }

private:
  void place(mlir::Operation& op) {
    stack_.push_back({&op, false});
    while (!stack_.empty()) {
      auto [top, expanded] = stack_.back();
      if (expanded && done_.insert(top).second)
        order_.push_back(top);
      if (expanded || !begun_.insert(top).second) {
        stack_.pop_back();
        continue;
      }
      stack_.back().second = true;
      for (Value v : top->getOperands())
        need(v.getDefiningOp());
      readers_before(top);
    }
  }

  void need(mlir::Operation* op) {
    if (!done_.count(op))
      stack_.push_back({op, false});
  }

  // What changes a state and is pulled forward takes along what looks at the state before.
  void readers_before(mlir::Operation* op) {
    for (Value changed : op->getResults())
      for (Value state : op->getOperands())
        if (mlir::isa<StateType>(changed.getType()) && state.getType() == changed.getType())
          for (mlir::Operation* user : state.getUsers())
            if (user != op && !done_.count(user) && user->isBeforeInBlock(op) &&
                !llvm::any_of(user->getOperands(),
                              [&](Value v) { return depends_on(v, {changed}); }))
              need(user);
  }

  mlir::Block& block_;
  std::vector<mlir::Operation*> order_;
  std::vector<std::pair<mlir::Operation*, bool>> stack_;
  llvm::DenseSet<mlir::Operation*> done_, begun_;
};

} // namespace

void sort_block(mlir::Block& block) { Sorter(block).run(); }

} // namespace pw::ir
