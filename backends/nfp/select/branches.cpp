//   %x = select i1 %c, %t, %f   ->   br %c, then, behind
//                                    then: br behind
//                                    behind: %x = phi [%f, here], [%t, then]
//   br (and %a, %b), T, F       ->   br %a, next, F
//                                    next: br %b, T, F
#include "backends/nfp/select/passes.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/PatternMatch.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

#include <algorithm>
#include <map>

namespace pw::nfp {
namespace {

using namespace llvm;
using namespace llvm::PatternMatch;

void extensions_to_selects(Function& f) {
  for (Instruction& i : make_early_inc_range(instructions(f))) {
    if (!isa<ZExtInst>(i) && !isa<SExtInst>(i))
      continue;
    if (!i.getOperand(0)->getType()->isIntegerTy(1))
      continue;
    IRBuilder<> b(&i);
    Constant* set = isa<ZExtInst>(i) ? ConstantInt::get(i.getType(), 1)
                                     : Constant::getAllOnesValue(i.getType());
    i.replaceAllUsesWith(b.CreateSelect(i.getOperand(0), set, Constant::getNullValue(i.getType())));
    i.eraseFromParent();
  }
}

bool only_branches_use(const Value& v) {
  return all_of(v.users(), [](const User* u) { return isa<BranchInst>(u); });
}

// `and` or `or`, which become branches one behind the other.
bool is_logical(SelectInst& s) {
  return match(&s, m_LogicalAnd(m_Value(), m_Value())) ||
         match(&s, m_LogicalOr(m_Value(), m_Value()));
}

// Selects behind `first` in its block by the same condition whose operands are known there.
std::vector<SelectInst*> together(SelectInst* first) {
  std::vector<SelectInst*> all{first};
  for (Instruction& i : make_range(std::next(first->getIterator()), first->getParent()->end())) {
    auto* s = dyn_cast<SelectInst>(&i);
    if (!s || s->getCondition() != first->getCondition())
      continue;
    const bool known = none_of(s->operands(), [&](const Use& u) {
      const auto* o = dyn_cast<Instruction>(u.get());
      return o && o->getParent() == first->getParent() && !o->comesBefore(first);
    });
    if (known)
      all.push_back(s);
  }
  return all;
}

bool worth_an_arm(const Value* v) {
  const auto* i = dyn_cast<Instruction>(v);
  return i && i->hasOneUse() && !isa<PHINode>(i) && !i->mayHaveSideEffects();
}

void branch_over(SelectInst* first) {
  const std::vector<SelectInst*> all = together(first);
  Value* condition = first->getCondition();
  BasicBlock* here = first->getParent();
  BasicBlock* behind = SplitBlock(here, first);
  BasicBlock* arm = BasicBlock::Create(here->getContext(), "arm", here->getParent(), behind);
  BranchInst::Create(behind, arm)->setDebugLoc(first->getDebugLoc());
  unsigned on_true = 0, on_false = 0;
  for (const SelectInst* s : all) {
    on_true += worth_an_arm(s->getTrueValue());
    on_false += worth_an_arm(s->getFalseValue());
  }
  const bool inverted = on_false > on_true;
  here->getTerminator()->eraseFromParent();
  BranchInst::Create(inverted ? behind : arm, inverted ? arm : behind, condition, here)
      ->setDebugLoc(first->getDebugLoc());
  for (SelectInst* s : all) {
    PHINode* phi = PHINode::Create(s->getType(), 2, "", behind->begin());
    phi->addIncoming(inverted ? s->getFalseValue() : s->getTrueValue(), arm);
    phi->addIncoming(inverted ? s->getTrueValue() : s->getFalseValue(), here);
    s->replaceAllUsesWith(phi);
    s->eraseFromParent();
  }
}

bool selects_to_branches(Function& f) {
  for (BasicBlock& block : f)
    for (Instruction& i : block) {
      auto* s = dyn_cast<SelectInst>(&i);
      if (s && s->use_empty()) {
        s->eraseFromParent();
        return true;
      }
      if (!s || (is_logical(*s) && only_branches_use(*s)))
        continue;
      branch_over(s);
      return true; // blocks have changed
    }
  return false;
}

// One comparison after another: each is one or two instructions, as long as a tree of them would
// be.
void chain(SwitchInst* s) {
  BasicBlock *here = s->getParent(), *other = s->getDefaultDest();
  Value* v = s->getCondition();
  std::map<BasicBlock*, std::map<PHINode*, Value*>> incoming;
  for (BasicBlock* to : successors(here))
    for (PHINode& phi : to->phis())
      incoming[to][&phi] = phi.getIncomingValueForBlock(here);
  for (auto& [to, phis] : incoming)
    for (auto& [phi, value] : phis)
      phi->removeIncomingValueIf(
          [&, p = phi](unsigned i) { return p->getIncomingBlock(i) == here; }, false);
  const auto enter = [&](BasicBlock* to, BasicBlock* from) {
    for (auto& [phi, value] : incoming[to])
      phi->addIncoming(value, from);
  };
  BasicBlock* at = here;
  const std::vector<std::pair<ConstantInt*, BasicBlock*>> cases = [&] {
    std::vector<std::pair<ConstantInt*, BasicBlock*>> all;
    for (auto& c : s->cases())
      if (c.getCaseSuccessor() != other)
        all.emplace_back(c.getCaseValue(), c.getCaseSuccessor());
    return all;
  }();
  const DebugLoc where = s->getDebugLoc();
  s->eraseFromParent();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    IRBuilder<> b(at);
    b.SetCurrentDebugLocation(where);
    const bool last = i + 1 == cases.size();
    BasicBlock* next =
        last ? other
             : BasicBlock::Create(here->getContext(), "case", here->getParent(), at->getNextNode());
    b.CreateCondBr(b.CreateICmpEQ(v, cases[i].first), cases[i].second, next);
    enter(cases[i].second, at);
    if (last)
      enter(other, at);
    at = next;
  }
  if (cases.empty()) {
    BranchInst::Create(other, here)->setDebugLoc(where);
    enter(other, here);
  }
}

bool switches_to_branches(Function& f) {
  for (BasicBlock& block : f)
    if (auto* s = dyn_cast<SwitchInst>(block.getTerminator())) {
      chain(s);
      return true;
    }
  return false;
}

// Values of `to`'s phis for the new way into it are those of the old one.
void copy_incoming(BasicBlock* to, BasicBlock* from, BasicBlock* added) {
  for (PHINode& phi : to->phis())
    phi.addIncoming(phi.getIncomingValueForBlock(from), added);
}

void split_branch(BranchInst* br, Value* a, Value* b, bool is_and) {
  BasicBlock* here = br->getParent();
  BasicBlock *yes = br->getSuccessor(0), *no = br->getSuccessor(1);
  BasicBlock* next =
      BasicBlock::Create(here->getContext(), "next", here->getParent(), here->getNextNode());
  BranchInst::Create(yes, no, b, next)->setDebugLoc(br->getDebugLoc());
  BasicBlock* moved = is_and ? yes : no; // reached by the second condition alone
  copy_incoming(is_and ? no : yes, here, next);
  moved->replacePhiUsesWith(here, next);
  br->setSuccessor(is_and ? 0 : 1, next);
  br->setCondition(a);
}

bool conditions_to_branches(Function& f) {
  for (BasicBlock& block : f) {
    auto* br = dyn_cast<BranchInst>(block.getTerminator());
    if (!br || !br->isConditional())
      continue;
    if (br->getSuccessor(0) == br->getSuccessor(1)) {
      for (PHINode& phi : br->getSuccessor(0)->phis())
        phi.removeIncomingValue(&block, false); // it comes from here twice
      ReplaceInstWithInst(br, BranchInst::Create(br->getSuccessor(0)));
      return true;
    }
    Value *condition = br->getCondition(), *a, *b;
    if (match(condition, m_Not(m_Value(a)))) {
      br->setCondition(a);
      br->swapSuccessors();
    } else if (match(condition, m_LogicalAnd(m_Value(a), m_Value(b)))) {
      split_branch(br, a, b, true);
    } else if (match(condition, m_LogicalOr(m_Value(a), m_Value(b)))) {
      split_branch(br, a, b, false);
    } else {
      continue;
    }
    RecursivelyDeleteTriviallyDeadInstructions(condition);
    return true;
  }
  return false;
}

} // namespace

void branch_instead(Function& f) {
  extensions_to_selects(f);
  while (switches_to_branches(f) || conditions_to_branches(f) || selects_to_branches(f)) {
  }
}

} // namespace pw::nfp
