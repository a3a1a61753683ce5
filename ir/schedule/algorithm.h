// From a problem to a stage for each node.
#pragma once

#include "ir/schedule/order.h"
#include "ir/schedule/problem.h"

namespace pw::schedule {

struct Schedule {
  std::vector<int> stage; // by node
  unsigned stages = 0;
};

// The least stages that satisfy all constraints and the given lower bounds (may be empty); nothing
// if the constraints contradict each other.
std::optional<std::vector<int>> earliest(const Problem&, const std::vector<int>& lower_bounds = {});

// Puts read-modify-writes into one stage where that is possible; adds constraints to the problem.
void fuse(Problem&);

} // namespace pw::schedule
