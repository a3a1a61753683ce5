#include "backends/nfp/select/passes.h"

#include "frontend/lift/passes.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/AggressiveInstCombine/AggressiveInstCombine.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/BDCE.h>
#include <llvm/Transforms/Scalar/ConstraintElimination.h>
#include <llvm/Transforms/Scalar/CorrelatedValuePropagation.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/JumpThreading.h>
#include <llvm/Transforms/Scalar/SCCP.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Scalar/Sink.h>
#include <llvm/Transforms/Utils/Cloning.h>

namespace pw::nfp {
namespace {

void run(llvm::Module& m, llvm::FunctionPassManager passes) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  passes.run(*m.getFunction("pw.program"), functions);
}

// Common code is moved together, since length is the price here.
llvm::SimplifyCFGPass simplify_cfg(bool sink) {
  return llvm::SimplifyCFGPass(llvm::SimplifyCFGOptions()
                                   .convertSwitchToLookupTable(false)
                                   .convertSwitchRangeToICmp(true)
                                   .forwardSwitchCondToPhi(false)
                                   .hoistCommonInsts(true)
                                   .sinkCommonInsts(sink)
                                   .needCanonicalLoops(false));
}

llvm::FunctionPassManager list() {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::AggressiveInstCombinePass());
  passes.addPass(simplify_cfg(false));
  passes.addPass(llvm::JumpThreadingPass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  passes.addPass(llvm::ConstraintEliminationPass());
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::DSEPass());
  passes.addPass(llvm::SCCPPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::JumpThreadingPass());
  passes.addPass(simplify_cfg(true));
  passes.addPass(llvm::BDCEPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::ADCEPass());
  return passes;
}

llvm::FunctionPassManager clean_up() {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::SinkingPass());
  passes.addPass(llvm::ADCEPass());
  return passes;
}

} // namespace

namespace {
// LLVM writes additions of 0 as others (`or` with 0), which the card doesn't have.
void drop_idle_atomics(llvm::Function& f) {
  for (llvm::BasicBlock& block : f)
    for (llvm::Instruction& i : llvm::make_early_inc_range(block)) {
      auto* rmw = llvm::dyn_cast<llvm::AtomicRMWInst>(&i);
      const auto* by = rmw ? llvm::dyn_cast<llvm::ConstantInt>(rmw->getValOperand()) : nullptr;
      if (!by || !rmw->use_empty())
        continue;
      using Rmw = llvm::AtomicRMWInst;
      const auto operation = rmw->getOperation();
      const bool idle = operation == Rmw::And
                            ? by->isMinusOne()
                            : by->isZero() && (operation == Rmw::Or || operation == Rmw::Xor ||
                                               operation == Rmw::Add || operation == Rmw::Sub);
      if (idle)
        rmw->eraseFromParent();
    }
}
} // namespace

std::unique_ptr<llvm::Module> prepare(const llvm::Module& lifted) {
  auto m = llvm::CloneModule(lifted);
  m->setDataLayout("e-p:32:32-i64:32-n32"); // 32 bits are what it computes with
  run(*m, list());
  lift::normalize(*m); // passes may have chosen between addresses
  llvm::Function& f = *m->getFunction("pw.program");
  drop_idle_atomics(f);
  expand_intrinsics(f);
  part_exits(f);
  branch_instead(f);
  run(*m, clean_up());
  return m;
}

} // namespace pw::nfp
