// LLVM makes one comparison with null behind a merge out of two in front of it. Where the merged
// pointers are of two maps (a list of denied addresses and one of denied prefixes) that is a
// pointer into one of two maps, of which hardware has none. All it was wanted for is which of them
// is null: the comparisons go back to where their pointers come from.
#include "frontend/lift/passes.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

#include <map>
#include <vector>

namespace pw::lift {
namespace {

using namespace llvm;

bool is_merge(const Value* v) {
  return v->getType()->isPointerTy() && (isa<PHINode>(v) || isa<SelectInst>(v));
}

// Only compared with null, also through further merges.
bool only_compared(const Value* merged, std::vector<const Value*>& seen) {
  if (std::find(seen.begin(), seen.end(), merged) != seen.end())
    return true;
  seen.push_back(merged);
  for (const User* u : merged->users()) {
    const auto* compared = dyn_cast<ICmpInst>(u);
    const bool null = compared && compared->isEquality() &&
                      (isa<ConstantPointerNull>(compared->getOperand(0)) ||
                       isa<ConstantPointerNull>(compared->getOperand(1)));
    if (!null && !(is_merge(u) && only_compared(u, seen)))
      return false;
  }
  return true;
}

class Splitter {
public:
  explicit Splitter(Function& f) : function_(f) {}

  void run() {
    std::vector<ICmpInst*> comparisons;
    for (Instruction& i : instructions(function_))
      if (auto* c = dyn_cast<ICmpInst>(&i); c && c->isEquality() && merged(*c))
        comparisons.push_back(c);
    for (ICmpInst* c : comparisons) {
      Value* null = is_null(merged(*c), c);
      if (c->getPredicate() == CmpInst::ICMP_NE)
        null = IRBuilder<>(c).CreateNot(null);
      c->replaceAllUsesWith(null);
      c->eraseFromParent();
    }
  }

private:
  // The merge that is compared with null, if that is all it is good for.
  static Value* merged(const ICmpInst& c) {
    for (const unsigned i : {0u, 1u}) {
      Value* v = c.getOperand(i);
      std::vector<const Value*> seen;
      if (isa<ConstantPointerNull>(c.getOperand(1 - i)) && is_merge(v) && only_compared(v, seen))
        return v;
    }
    return nullptr;
  }

  Value* is_null(Value* pointer, Instruction* at) {
    if (isa<ConstantPointerNull>(pointer))
      return ConstantInt::getTrue(function_.getContext());
    if (const auto known = done_.find(pointer); known != done_.end())
      return known->second;
    if (auto* phi = dyn_cast<PHINode>(pointer))
      return of_phi(*phi);
    IRBuilder<> b(at);
    if (auto* select = dyn_cast<SelectInst>(pointer)) {
      b.SetInsertPoint(select);
      return done_[pointer] =
                 b.CreateSelect(select->getCondition(), is_null(select->getTrueValue(), select),
                                is_null(select->getFalseValue(), select));
    }
    return b.CreateICmpEQ(pointer, ConstantPointerNull::get(cast<PointerType>(pointer->getType())));
  }

  Value* of_phi(PHINode& phi) {
    IRBuilder<> b(&phi);
    PHINode* out = b.CreatePHI(b.getInt1Ty(), phi.getNumIncomingValues());
    done_[&phi] = out;
    for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i) {
      BasicBlock* from = phi.getIncomingBlock(i);
      // The edges of a switch into one block carry one value.
      const int earlier = out->getBasicBlockIndex(from);
      out->addIncoming(earlier >= 0 ? out->getIncomingValue(unsigned(earlier))
                                    : is_null(phi.getIncomingValue(i), from->getTerminator()),
                       from);
    }
    return out;
  }

  Function& function_;
  std::map<Value*, Value*> done_;
};

} // namespace

void split_nulls(Module& m) { Splitter(*m.getFunction("pw.program")).run(); }

} // namespace pw::lift
