// A schedule as operations: pw.program becomes pw.pipeline.
#pragma once

#include "ir/schedule/algorithm.h"

namespace pw::schedule {

// A rigid region of stages, and what may hold a packet at its entrance.
struct RegionPlan {
  unsigned first_stage = 0;
  struct Interlock {
    ir::MapOp map;
    unsigned distance = 0;
    std::vector<mlir::Value> handles;
    bool when_full = false;
  };
  std::vector<Interlock> interlocks;
};

// Takes the program's operations away.
ir::PipelineOp materialize(ir::ProgramOp, const Problem&, const Schedule&,
                           const std::vector<RegionPlan>&);

} // namespace pw::schedule
