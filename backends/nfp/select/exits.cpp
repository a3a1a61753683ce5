//   exit: %r = phi [1, a], [2, b], [2, c]      ->   a: br exit.1     b: br exit.2    c: br exit.2
//         call @pw.exit(%r, ...)                     exit.1: call @pw.exit(1, ...)
//   %r = select %c, 1, 2; call @pw.exit(%r)    ->   br %c, exit.1, exit.2
#include "backends/nfp/select/passes.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include <map>
#include <vector>

namespace pw::nfp {
namespace {

using namespace llvm;
using Results = std::vector<Value*>;

CallInst* exit_of(BasicBlock& block) {
  for (Instruction& i : block)
    if (auto* call = dyn_cast<CallInst>(&i))
      if (call->getCalledFunction() && call->getCalledFunction()->getName() == "pw.exit")
        return call;
  return nullptr;
}

class Parting {
public:
  explicit Parting(CallInst* exit) : exit_(exit), block_(exit->getParent()) {}

  void run() {
    split_own_choice();
    if (first_after_phis() != exit_)
      return; // it computes something: the ways have to meet
    std::vector<BasicBlock*> from(predecessors(block_).begin(), predecessors(block_).end());
    for (BasicBlock* p : from)
      redirect(p);
    if (pred_empty(block_) && block_ != &block_->getParent()->getEntryBlock())
      DeleteDeadBlock(block_);
  }

private:
  Instruction* first_after_phis() { return block_->getFirstNonPHI(); }

  Results results(BasicBlock* from) {
    Results all;
    for (Value* v : exit_->args()) {
      auto* phi = dyn_cast<PHINode>(v);
      all.push_back(phi && phi->getParent() == block_ ? phi->getIncomingValueForBlock(from) : v);
    }
    return all;
  }

  // An exit with these results, its verdict being a constant.
  BasicBlock* place(const Results& r) {
    BasicBlock*& place = places_[r];
    if (place)
      return place;
    Function* f = block_->getParent();
    place = BasicBlock::Create(f->getContext(), "exit", f);
    IRBuilder<> b(place);
    b.SetCurrentDebugLocation(exit_->getDebugLoc());
    b.CreateCall(exit_->getFunctionType(), exit_->getCalledOperand(), r);
    b.CreateRetVoid();
    return place;
  }

  void redirect(BasicBlock* from) {
    auto* br = dyn_cast<BranchInst>(from->getTerminator());
    if (!br)
      return;
    const Results r = results(from);
    if (isa<ConstantInt>(r[0])) {
      BasicBlock* to = place(r);
      block_->removePredecessor(from, true);
      br->replaceSuccessorWith(block_, to);
      return;
    }
    auto* choice = dyn_cast<SelectInst>(r[0]);
    if (!choice || br->isConditional() || choice->getParent() != from)
      return;
    choose(br, choice, r);
    block_->removePredecessor(from, true);
  }

  // Leaves in one of two ways instead of choosing the verdict.
  void choose(Instruction* end, SelectInst* choice, Results r) {
    Results other = r;
    r[0] = choice->getTrueValue();
    other[0] = choice->getFalseValue();
    BasicBlock *yes = way(r), *no = way(other);
    ReplaceInstWithInst(end, BranchInst::Create(yes, no, choice->getCondition()));
  }

  BasicBlock* way(const Results& r) {
    if (isa<ConstantInt>(r[0]))
      return place(r);
    BasicBlock* to = place(r); // maybe the next choice
    return to;
  }

  void split_own_choice() {
    auto* choice = dyn_cast<SelectInst>(exit_->getArgOperand(0));
    if (!choice || choice->getParent() != block_ || !pred_empty_or_plain())
      return;
    BasicBlock* tail = SplitBlock(block_, exit_);
    choose(block_->getTerminator(), choice, Results(exit_->args().begin(), exit_->args().end()));
    block_ = tail;
  }
  bool pred_empty_or_plain() { return !isa<PHINode>(exit_->getArgOperand(0)); }

  CallInst* exit_;
  BasicBlock* block_;
  std::map<Results, BasicBlock*> places_;
};

void merge_equal(Function& f) {
  std::map<Results, BasicBlock*> first;
  for (BasicBlock& block : make_early_inc_range(f)) {
    CallInst* exit = exit_of(block);
    if (!exit || &block.front() != exit)
      continue;
    const Results r(exit->args().begin(), exit->args().end());
    const auto [it, fresh] = first.try_emplace(r, &block);
    if (fresh || block.hasNPredecessors(0))
      continue;
    block.replaceAllUsesWith(it->second);
    DeleteDeadBlock(&block);
  }
}

} // namespace

void part_exits(Function& f) {
  std::vector<CallInst*> exits;
  for (BasicBlock& block : f)
    if (CallInst* exit = exit_of(block))
      exits.push_back(exit);
  for (CallInst* exit : exits)
    Parting(exit).run();
  merge_equal(f);
}

} // namespace pw::nfp
