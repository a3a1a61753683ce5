// Runs the points of a sweep that the store doesn't know yet: in child processes here, or by the
// ranks of an MPI job.
#pragma once

#include "cli/sweep/store.h"
#include "cli/sweep/transport.h"

#include <functional>

namespace pw::cli::sweep {

struct RunOptions {
  unsigned jobs = 1;       // processes at a time; of rank 0 in an MPI job
  unsigned attempts = 3;   // for a point whose process or rank is lost
  unsigned silence_s = 60; // after which a rank is taken for lost; it reports every 5 s
};

// Points done (those that the store knew among them) and of all; wall time since the start.
using Watch = std::function<void(std::size_t done, std::size_t all, double seconds)>;

void run_here(const std::vector<Point>&, Store&, const RunOptions&, const Watch&);
// Rank 0.
void coordinate(const std::vector<Point>&, Store&, const RunOptions&, const Watch&, Transport&);
// All other ranks; returns when rank 0 says so.
void serve(Transport&);

} // namespace pw::cli::sweep
