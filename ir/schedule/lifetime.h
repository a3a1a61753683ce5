// The least cost of values over time, at the depth that a plan has.
#pragma once

#include "ir/schedule/regions.h"

namespace pw::schedule {

// Moves operations between stages so that the fewest register bits are needed, and hazard spans are
// as short as possible. Minimises sum(width * (last use - definition)) under the plan's
// constraints: the dual of a min-cost flow.
void minimize_registers(Plan&);

} // namespace pw::schedule
