#include "ir/schedule/pass.h"

#include "ir/dialect/dialect.h"
#include "ir/schedule/schedule.h"

#include "mlir/Pass/Pass.h"

namespace pw::schedule {

namespace {

struct SchedulePass : mlir::PassWrapper<SchedulePass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SchedulePass)
  SchedulePass() = default;
  SchedulePass(const SchedulePass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const final { return "pw-schedule"; }
  llvm::StringRef getDescription() const final { return "pw.program becomes pw.pipeline"; }

  void runOnOperation() final {
    ScheduleOptions options{device, clock, std::nullopt};
    if (random >= 0)
      options.random = std::uint64_t(random);
    try {
      schedule_program(getOperation(), options);
    } catch (const Failure& f) {
      for (const Diagnostic& d : f.diagnostics())
        getOperation().emitError(d.code) << ": " << d.message;
      signalPassFailure();
    }
  }

  Option<std::string> device{*this, "device", llvm::cl::desc("device"), llvm::cl::init("xcu50")};
  Option<double> clock{*this, "clock", llvm::cl::desc("clock in MHz"), llvm::cl::init(250)};
  Option<std::int64_t> random{*this, "random", llvm::cl::desc("seed of any legal schedule"),
                              llvm::cl::init(-1)};
};

} // namespace

void register_schedule_pass() { mlir::PassRegistration<SchedulePass>(); }

} // namespace pw::schedule
