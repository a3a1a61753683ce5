#include "backends/nfp/select/flow.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>

namespace pw::nfp {

using namespace llvm;

Flow::Flow(Function& f) : tree_(f) {
  for (const BasicBlock* b : ReversePostOrderTraversal<const Function*>(&f))
    order_.push_back(b);
  for (auto b = order_.rbegin(); b != order_.rend(); ++b) {
    auto& reached = behind_[*b];
    reached.insert(*b);
    for (const BasicBlock* next : successors(*b))
      reached.insert(behind_[next].begin(), behind_[next].end());
  }
}

bool Flow::reaches(const BasicBlock* from, const BasicBlock* to) const {
  return behind_.at(from).contains(to);
}

const Instruction* Flow::meeting(const Instruction* a, const Instruction* b) const {
  const BasicBlock *x = a->getParent(), *y = b->getParent();
  if (x == y)
    return a == b || a->comesBefore(b) ? a : b;
  const BasicBlock* common = tree_.findNearestCommonDominator(x, y);
  return common == x ? a : common == y ? b : common->getTerminator();
}

bool Flow::available(const Value* v, const Instruction* at) const {
  const auto* i = dyn_cast<Instruction>(v);
  return !i || tree_.dominates(i, at);
}

bool Flow::clear(const Instruction* from, const Instruction* to,
                 const std::function<bool(const Instruction&)>& hit) const {
  const BasicBlock *first = from->getParent(), *last = to->getParent();
  if (first == last) {
    for (const Instruction* i = from; i != to; i = i->getNextNode())
      if (hit(*i))
        return false;
    return true;
  }
  for (const Instruction* i = from; i; i = i->getNextNode())
    if (hit(*i))
      return false;
  for (const BasicBlock* b : order_) {
    if (b == first || !reaches(first, b) || !reaches(b, last))
      continue;
    for (const Instruction& i : *b) {
      if (&i == to)
        break;
      if (hit(i))
        return false;
    }
  }
  return true;
}

bool Flow::not_null(const Value* pointer, const Instruction* at) const {
  for (const User* u : pointer->users()) {
    const auto* test = dyn_cast<ICmpInst>(u);
    if (!test || !isa<ConstantPointerNull>(test->getOperand(1)))
      continue;
    for (const User* b : test->users()) {
      const auto* br = dyn_cast<BranchInst>(b);
      if (!br || !br->isConditional())
        continue;
      const BasicBlock* there = br->getSuccessor(test->getPredicate() == ICmpInst::ICMP_NE ? 0 : 1);
      if (there->getSinglePredecessor() && tree_.dominates(there, at->getParent()))
        return true;
    }
  }
  return false;
}

} // namespace pw::nfp
