#include "ir/import/predicates.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Instructions.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

bool dead_end(const llvm::BasicBlock& block) {
  return llvm::isa<llvm::UnreachableInst>(block.getTerminator());
}

constexpr std::size_t relative_budget = 200'000;

} // namespace

Predicates::Predicates(llvm::Function& f, mlir::OpBuilder& builder, ValueOf value_of)
    : builder_(builder), where_(builder.getUnknownLoc()), value_of_(std::move(value_of)),
      dominators_(f), post_dominators_(f), entry_(&f.getEntryBlock()), budget_(relative_budget) {}

std::vector<llvm::BasicBlock*> Predicates::predecessors(llvm::BasicBlock& block) {
  std::vector<llvm::BasicBlock*> all;
  for (llvm::BasicBlock* p : llvm::predecessors(&block))
    if (!llvm::is_contained(all, p) && dominators_.isReachableFromEntry(p))
      all.push_back(p);
  return all;
}

Value Predicates::of(llvm::BasicBlock& block) { return relative(block, *entry_); }

Value Predicates::of_edge_in_merge(Edge e) {
  llvm::BasicBlock* top = dominators_.getNode(e.to)->getIDom()->getBlock();
  return edge(e, budget_ ? *top : *entry_);
}

Value Predicates::edge(Edge e, llvm::BasicBlock& top) {
  return both(relative(*e.from, top), taken(e));
}

// A block that is always reached from its immediate dominator has that one's predicate.
Value Predicates::relative(llvm::BasicBlock& block, llvm::BasicBlock& top) {
  if (&block == &top)
    return truth(true);
  auto [at, fresh] = relative_.try_emplace({&block, &top});
  if (!fresh)
    return at->second;
  if (budget_)
    --budget_;
  Value result;
  llvm::BasicBlock* above = dominators_.getNode(&block)->getIDom()->getBlock();
  auto from = predecessors(block);
  if (from.size() == 1) {
    result = edge({from[0], &block}, top);
  } else if (post_dominators_.dominates(&block, above)) {
    result = relative(*above, top);
  } else {
    std::vector<Value> edges;
    for (llvm::BasicBlock* p : from)
      edges.push_back(edge({p, &block}, top));
    result = either(edges);
  }
  return relative_[{&block, &top}] = result;
}

Value Predicates::taken(Edge e) {
  auto [at, fresh] = taken_.try_emplace({e.from, e.to});
  if (!fresh)
    return at->second;
  llvm::Instruction* end = e.from->getTerminator();
  Value result;
  if (auto* sw = llvm::dyn_cast<llvm::SwitchInst>(end)) {
    result = taken_in_switch(*sw, e.to);
  } else {
    auto* branch = llvm::cast<llvm::BranchInst>(end);
    if (branch->isUnconditional() || branch->getSuccessor(0) == branch->getSuccessor(1) ||
        dead_end(*branch->getSuccessor(0)) || dead_end(*branch->getSuccessor(1)))
      result = truth(true);
    else if (Value c = value_of_(branch->getCondition()); branch->getSuccessor(0) == e.to)
      result = c;
    else
      result = builder_.createOrFold<arith::XOrIOp>(where_, c, truth(true));
  }
  return taken_[{e.from, e.to}] = result;
}

Value Predicates::taken_in_switch(llvm::SwitchInst& sw, llvm::BasicBlock* to) {
  Value x = value_of_(sw.getCondition());
  std::vector<Value> here, elsewhere;
  for (auto& c : sw.cases()) {
    Value k = builder_.create<arith::ConstantOp>(
        where_, builder_.getIntegerAttr(x.getType(), c.getCaseValue()->getValue()));
    Value hit = builder_.createOrFold<arith::CmpIOp>(where_, arith::CmpIPredicate::eq, x, k);
    (c.getCaseSuccessor() == to ? here : elsewhere).push_back(hit);
  }
  if (sw.getDefaultDest() != to || dead_end(*to))
    return either(here);
  return builder_.createOrFold<arith::XOrIOp>(where_, either(elsewhere), truth(true));
}

Value Predicates::both(Value a, Value b) {
  return builder_.createOrFold<arith::AndIOp>(where_, a, b);
}

Value Predicates::either(llvm::ArrayRef<Value> all) {
  if (all.empty())
    return truth(false);
  Value result = all[0];
  for (Value v : all.drop_front())
    result = builder_.createOrFold<arith::OrIOp>(where_, result, v);
  return result;
}

Value Predicates::truth(bool b) {
  return builder_.create<arith::ConstantOp>(where_, builder_.getBoolAttr(b));
}

} // namespace pw::ir
