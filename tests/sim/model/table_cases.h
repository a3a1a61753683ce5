// Pipelines with maps of kind Table.
#pragma once

#include "tests/sim/model/cases.h"

namespace pw::test {

// Look up a flow, insert it if it is new, count: a packet a clock. `given`: entries before the run.
Case table_counter(const std::string& name, unsigned entries, bool lru, unsigned given);

std::vector<Case> table_cases();

} // namespace pw::test
