// The order of the passes, and how what they report reaches the user.
#include "ir/passes/passes.h"
#include "ir/passes/report.h"

#include "mlir/Transforms/Passes.h"

namespace pw::ir {

namespace {

thread_local std::vector<Diagnostic> reported;

} // namespace

void report(mlir::Operation* op, Diagnostic d) {
  d.location = source_location(op->getLoc());
  op->emitError(d.code) << ": " << d.message;
  reported.push_back(std::move(d));
}

SourceLocation source_location(mlir::Location where) {
  SourceLocation found;
  where->walk([&](mlir::Location inner) {
    auto at = mlir::dyn_cast<mlir::FileLineColLoc>(inner);
    if (!at)
      return mlir::WalkResult::advance();
    found = {at.getFilename().str(), at.getLine(), at.getColumn(), ""};
    return mlir::WalkResult::interrupt();
  });
  return found;
}

void add_passes(mlir::OpPassManager& passes, const ResolvePacketOptions& packet) {
  passes.addPass(mlir::createCSEPass());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(createResolvePacket(packet));
  passes.addPass(createMergeFinds());
  passes.addPass(createMergeLoads());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createMergeLoads());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createFuseAccesses());
  passes.addPass(createFormColumns());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createForwardWrites());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createJoinPieces());
  passes.addPass(createSimplifyLogic());
  passes.addPass(createCloseLoops());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createCompareRanges());
  passes.addPass(createAddFirst());
  passes.addPass(createCompressSums());
  passes.addPass(createBalance());
  passes.addPass(createNarrow());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(createJoinPieces());
  passes.addPass(createSplitFields());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createSimplifyLogic());
  passes.addPass(createBalance());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createPackLoops());
}

void run_passes(mlir::ModuleOp module, const ResolvePacketOptions& packet) {
  mlir::PassManager passes(module.getContext());
  add_passes(passes, packet);
  reported.clear();
  std::string text;
  mlir::ScopedDiagnosticHandler quiet(module.getContext(), [&](mlir::Diagnostic& d) {
    text += d.str() + "; ";
    return mlir::success();
  });
  if (succeeded(passes.run(module)))
    return;
  if (reported.empty())
    throw Failure(diagnose("PW-INT-001", "a pass failed: " + text));
  throw Failure(std::exchange(reported, {}));
}

} // namespace pw::ir
