// Is a schedule legal? Written without the problem, the constraints and the algorithm; always runs.
#pragma once

#include "ir/schedule/materialize.h"

#include <string>
#include <vector>

namespace pw::schedule {

// Stage by operation, for all of the program's operations but constants and states.
using StageOf = llvm::DenseMap<mlir::Operation*, unsigned>;

// Every rule that is broken, in words; empty if none is.
std::vector<std::string> check_schedule(ir::ProgramOp, const StageOf&,
                                        const std::vector<RegionPlan>&, unsigned stages,
                                        double period);

} // namespace pw::schedule
