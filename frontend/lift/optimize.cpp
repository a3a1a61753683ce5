// LLVM's passes, in a list of our own: no vectorisers, no loop idioms, no lookup tables, nothing
// that makes memcpy or memset, nothing that moves common code into one place behind a choice of
// addresses.
#include "frontend/lift/passes.h"

#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/CorrelatedValuePropagation.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/SCCP.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/LowerSwitch.h>
#include <llvm/Transforms/Utils/Mem2Reg.h>

namespace pw::lift {
namespace {

// The analyses that the passes ask for.
struct Analyses {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  Analyses() {
    llvm::PassBuilder builder;
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
  }
};

void run(llvm::Module& m, llvm::FunctionPassManager passes) {
  Analyses analyses;
  passes.run(*m.getFunction("pw.program"), analyses.functions);
}

llvm::SimplifyCFGPass simplify_cfg() {
  return llvm::SimplifyCFGPass(llvm::SimplifyCFGOptions()
                                   .convertSwitchToLookupTable(false)
                                   .convertSwitchRangeToICmp(true)
                                   .forwardSwitchCondToPhi(false)
                                   .hoistCommonInsts(false)
                                   .sinkCommonInsts(false)
                                   .needCanonicalLoops(false));
}

} // namespace

void promote_cells(llvm::Module& m) {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::PromotePass());
  run(m, std::move(passes));
}

void optimize(llvm::Module& m, bool switches) {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(simplify_cfg());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  passes.addPass(llvm::SCCPPass());
  passes.addPass(llvm::GVNPass(llvm::GVNOptions().setPRE(false).setLoadPRE(false)));
  passes.addPass(simplify_cfg());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  passes.addPass(llvm::DSEPass());
  passes.addPass(llvm::ADCEPass());
  passes.addPass(simplify_cfg());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(simplify_cfg());
  if (!switches)
    passes.addPass(llvm::LowerSwitchPass());
  run(m, std::move(passes));
}

} // namespace pw::lift
