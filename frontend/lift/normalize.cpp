// One spelling of everything, so that ir/import needs to know only one:
//   every access to the packet goes through one `getelementptr i8, ptr @pw.packet, i32 X` of its
//   own; loads and stores are plain (the passes saw them as `unordered`); no freeze, no unreachable
//   blocks; no access that can't happen.
#include "frontend/lift/passes.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

#include <map>

namespace pw::lift {
namespace {

using namespace llvm;

// The index of an address in a global, as i32; nullptr if it isn't one. Phis and selects of
// addresses become phis and selects of indices.
class Indices {
public:
  Indices(const DataLayout& layout, GlobalVariable* base) : layout_(layout), base_(base) {}

  Value* of(Value* address, Instruction* at) {
    if (address == base_)
      return ConstantInt::get(type(), 0);
    if (const auto known = done_.find(address); known != done_.end())
      return known->second;
    Value* index = nullptr;
    if (auto* gep = dyn_cast<GEPOperator>(address))
      index = of_gep(*gep, at);
    else if (auto* phi = dyn_cast<PHINode>(address))
      return of_phi(*phi);
    else if (auto* select = dyn_cast<SelectInst>(address))
      index = of_select(*select);
    if (index && isa<Instruction>(address))
      done_[address] = index;
    return index;
  }

private:
  IntegerType* type() { return Type::getInt32Ty(base_->getContext()); }

  Value* of_gep(GEPOperator& gep, Instruction* at) {
    auto* self = dyn_cast<Instruction>(&gep);
    Value* start = of(gep.getPointerOperand(), self ? self : at);
    if (!start)
      return nullptr;
    IRBuilder<> b(self ? self : at);
    APInt constant(32, 0);
    MapVector<Value*, APInt> variable;
    if (!gep.collectOffset(layout_, 32, variable, constant))
      return nullptr;
    Value* index = start;
    for (const auto& [value, scale] : variable) {
      Value* v = b.CreateSExtOrTrunc(value, type());
      index = b.CreateAdd(index, scale == 1 ? v : b.CreateMul(v, ConstantInt::get(type(), scale)));
    }
    return constant == 0 ? index : b.CreateAdd(index, ConstantInt::get(type(), constant));
  }

  Value* of_phi(PHINode& phi) {
    IRBuilder<> b(&phi);
    PHINode* index = b.CreatePHI(type(), phi.getNumIncomingValues());
    done_[&phi] = index;
    for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i) {
      BasicBlock* from = phi.getIncomingBlock(i);
      Value* v = of(phi.getIncomingValue(i), from->getTerminator());
      index->addIncoming(v ? v : PoisonValue::get(type()), from);
    }
    return index;
  }

  Value* of_select(SelectInst& s) {
    Value *t = of(s.getTrueValue(), &s), *f = of(s.getFalseValue(), &s);
    if (!t || !f)
      return nullptr;
    return IRBuilder<>(&s).CreateSelect(s.getCondition(), t, f);
  }

  const DataLayout& layout_;
  GlobalVariable* base_;
  std::map<Value*, Value*> done_;
};

bool points_into(Value* address, GlobalVariable* base) {
  for (unsigned depth = 0; depth < 64; ++depth) {
    if (address == base)
      return true;
    if (auto* gep = dyn_cast<GEPOperator>(address))
      address = gep->getPointerOperand();
    else if (auto* phi = dyn_cast<PHINode>(address))
      address = phi->getIncomingValue(0);
    else if (auto* select = dyn_cast<SelectInst>(address))
      address = select->getTrueValue();
    else
      return false;
  }
  return false;
}

void index_global(Function& f, GlobalVariable* base) {
  Indices indices(f.getParent()->getDataLayout(), base);
  std::vector<Instruction*> accesses;
  for (Instruction& i : instructions(f))
    if (Value* p = const_cast<Value*>(getLoadStorePointerOperand(&i)))
      if (points_into(p, base))
        accesses.push_back(&i);
  for (Instruction* i : accesses) {
    Value* index = indices.of(const_cast<Value*>(getLoadStorePointerOperand(i)), i);
    if (!index)
      continue;
    // An instruction even for a constant index: no constant expressions.
    auto* address = GetElementPtrInst::Create(Type::getInt8Ty(f.getContext()), base, {index}, "",
                                              i->getIterator());
    address->setDebugLoc(i->getDebugLoc());
    i->setOperand(isa<LoadInst>(i) ? 0 : 1, address);
  }
}

void make_plain(Function& f) {
  for (Instruction& i : make_early_inc_range(instructions(f))) {
    if (auto* load = dyn_cast<LoadInst>(&i))
      load->setAtomic(AtomicOrdering::NotAtomic);
    else if (auto* store = dyn_cast<StoreInst>(&i))
      store->setAtomic(AtomicOrdering::NotAtomic);
    else if (auto* freeze = dyn_cast<FreezeInst>(&i)) {
      freeze->replaceAllUsesWith(freeze->getOperand(0));
      freeze->eraseFromParent();
    }
  }
}

// Where LLVM knows of an address that it is null but not of the path that it is never taken: a
// lookup that the verifier knows to succeed, behind one with the same key that is taken to fail.
bool is_null(const Value* address) {
  const Value* base = getUnderlyingObject(address);
  const auto* expression = dyn_cast<ConstantExpr>(base);
  return isa<ConstantPointerNull>(base) ||
         (expression && expression->getOpcode() == Instruction::IntToPtr);
}

const Value* address_of(const Instruction& i) {
  if (const auto* rmw = dyn_cast<AtomicRMWInst>(&i))
    return rmw->getPointerOperand();
  if (const auto* exchange = dyn_cast<AtomicCmpXchgInst>(&i))
    return exchange->getPointerOperand();
  return getLoadStorePointerOperand(&i);
}

void drop_impossible(Function& f) {
  for (Instruction& i : make_early_inc_range(instructions(f)))
    if (const Value* address = address_of(i); address && is_null(address)) {
      if (!i.getType()->isVoidTy())
        i.replaceAllUsesWith(Constant::getNullValue(i.getType()));
      i.eraseFromParent();
    }
}

void remove_dead(Function& f) {
  removeUnreachableBlocks(f);
  bool changed = true;
  while (changed) {
    changed = false;
    for (Instruction& i : make_early_inc_range(instructions(f)))
      if (isInstructionTriviallyDead(&i)) {
        i.eraseFromParent();
        changed = true;
      }
  }
}

} // namespace

void normalize(Module& m) {
  Function& f = *m.getFunction("pw.program");
  removeUnreachableBlocks(f);
  make_plain(f);
  drop_impossible(f);
  for (GlobalVariable& g : m.globals())
    index_global(f, &g);
  remove_dead(f);
  for (Function& g : make_early_inc_range(m.functions()))
    if (g.isDeclaration() && g.use_empty())
      g.eraseFromParent();
}

} // namespace pw::lift
