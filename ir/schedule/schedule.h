// Scheduling as a whole: problem, algorithm, checker, regions.
#pragma once

#include "support/diagnostic.h"

#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw::schedule {

struct ScheduleOptions {
  std::string device = "xcu50";
  double clock_mhz = 250;
  std::optional<std::uint64_t> random; // seed: any legal schedule
};

// Turns every pw.program of the module into a pw.pipeline. Returns warnings; throws Failure
// (PW-DEV-...).
std::vector<Diagnostic> schedule_program(mlir::ModuleOp, const ScheduleOptions&);

} // namespace pw::schedule
