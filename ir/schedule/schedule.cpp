#include "ir/schedule/schedule.h"

#include "ir/schedule/algorithm.h"
#include "ir/schedule/materialize.h"
#include "ir/schedule/memory.h"

namespace pw::schedule {

namespace {

std::vector<Diagnostic> schedule_one(ir::ProgramOp program, const ScheduleOptions& options) {
  Problem p = make_problem(program, options.clock_mhz);
  add_order(p);
  fuse(p);
  Schedule s = options.random ? random_schedule(p, *options.random) : shallowest(p);
  std::vector<RegionPlan> regions(1);
  materialize(program, p, s, regions);
  return {};
}

} // namespace

std::vector<Diagnostic> schedule_program(mlir::ModuleOp module, const ScheduleOptions& options) {
  check_device(module, options.device);
  std::vector<Diagnostic> warnings;
  for (auto program : llvm::make_early_inc_range(module.getOps<ir::ProgramOp>())) {
    auto more = schedule_one(program, options);
    warnings.insert(warnings.end(), more.begin(), more.end());
  }
  return warnings;
}

} // namespace pw::schedule
