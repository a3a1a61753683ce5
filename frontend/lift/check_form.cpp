// The last word on what leaves the frontend: is it in the lifted form (README.md)?
#include "frontend/lift/passes.h"

#include "support/diagnostic.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <set>

namespace pw::lift {
namespace {

using namespace llvm;

const std::set<Intrinsic::ID> intrinsics = {Intrinsic::bswap,
                                            Intrinsic::umin,
                                            Intrinsic::umax,
                                            Intrinsic::smin,
                                            Intrinsic::smax,
                                            Intrinsic::abs,
                                            Intrinsic::fshl,
                                            Intrinsic::fshr,
                                            Intrinsic::ctpop,
                                            Intrinsic::ctlz,
                                            Intrinsic::cttz,
                                            Intrinsic::uadd_sat,
                                            Intrinsic::usub_sat,
                                            Intrinsic::sadd_sat,
                                            Intrinsic::ssub_sat,
                                            Intrinsic::uadd_with_overflow,
                                            Intrinsic::usub_with_overflow,
                                            Intrinsic::umul_with_overflow,
                                            Intrinsic::sadd_with_overflow,
                                            Intrinsic::ssub_with_overflow,
                                            Intrinsic::smul_with_overflow,
                                            Intrinsic::bitreverse,
                                            Intrinsic::ucmp,
                                            Intrinsic::scmp};

bool known_call(const CallInst& call) {
  const Function* callee = call.getCalledFunction();
  if (!callee)
    return false;
  if (callee->isIntrinsic())
    return intrinsics.contains(callee->getIntrinsicID());
  return callee->getName().starts_with("pw.");
}

bool known_instruction(const Instruction& i) {
  if (const auto* call = dyn_cast<CallInst>(&i))
    return known_call(*call);
  if (const auto* br = dyn_cast<BranchInst>(&i))
    return br != nullptr;
  return isa<BinaryOperator, CastInst, ICmpInst, SelectInst, PHINode, LoadInst, StoreInst,
             GetElementPtrInst, ReturnInst, AtomicRMWInst, AtomicCmpXchgInst, ExtractValueInst>(
             i) &&
         !i.getType()->isVectorTy() && !i.getType()->isFloatingPointTy() &&
         !isa<PtrToIntInst, IntToPtrInst>(i);
}

std::string text_of(const Value& v) {
  std::string text;
  raw_string_ostream stream(text);
  v.print(stream);
  return text;
}

// Which map (or global) an address belongs to; "" if that is not one.
std::string origin(const Value* v, std::set<const Value*>& seen) {
  if (!seen.insert(v).second || isa<ConstantPointerNull>(v))
    return "any";
  if (const auto* gep = dyn_cast<GEPOperator>(v))
    return origin(gep->getPointerOperand(), seen);
  if (const auto* global = dyn_cast<GlobalVariable>(v))
    return global->getName().str();
  if (const auto* call = dyn_cast<CallInst>(v); call && call->getCalledFunction()) {
    const StringRef name = call->getCalledFunction()->getName();
    return name.substr(name.rfind('.')).str();
  }
  std::string all = "any";
  const auto add = [&](const Value* part) {
    const std::string one = origin(part, seen);
    if (one != "any")
      all = all == "any" || all == one ? one : "";
  };
  if (const auto* phi = dyn_cast<PHINode>(v))
    for (const Value* part : phi->incoming_values())
      add(part);
  else if (const auto* select = dyn_cast<SelectInst>(v)) {
    add(select->getTrueValue());
    add(select->getFalseValue());
  } else
    return "";
  return all;
}

bool has_loop(const Function& f) {
  std::set<const BasicBlock*> done, open;
  std::vector<std::pair<const BasicBlock*, unsigned>> path{{&f.getEntryBlock(), 0}};
  open.insert(&f.getEntryBlock());
  while (!path.empty()) {
    auto& [block, next] = path.back();
    const Instruction* end = block->getTerminator();
    if (next == end->getNumSuccessors()) {
      open.erase(block);
      done.insert(block);
      path.pop_back();
      continue;
    }
    const BasicBlock* to = end->getSuccessor(next++);
    if (open.contains(to))
      return true;
    if (!done.contains(to) && open.insert(to).second)
      path.push_back({to, 0});
  }
  return false;
}

[[noreturn]] void fail(const std::string& what) {
  throw Failure(diagnose("PW-INT-001", "the lifted program is not in the lifted form: " + what));
}

} // namespace

void check_form(Module& m, bool switches) {
  std::string text;
  raw_string_ostream stream(text);
  if (verifyModule(m, &stream))
    fail(text);
  const Function& f = *m.getFunction("pw.program");
  unsigned exits = 0;
  for (const Instruction& i : instructions(f)) {
    exits += isa<ReturnInst>(i);
    if (!known_instruction(i) && !(switches && isa<SwitchInst>(i)))
      fail(text_of(i));
    if (const Value* p = getLoadStorePointerOperand(&i)) {
      std::set<const Value*> seen;
      if (const std::string area = origin(p, seen); area.empty() || area == "any")
        fail("address of more than one map or of none: " + text_of(i));
    }
  }
  if (exits != 1)
    fail(std::to_string(exits) + " places that return");
  if (has_loop(f))
    fail("a loop is left");
}

} // namespace pw::lift
