// The highest rate without loss, and what the limit is.
#pragma once

#include "sim/nic/result.h"

#include <functional>

namespace pw::nic {

// A run carries its rate if it loses nothing and no backlog grows: a short run's excess would
// otherwise hide in a buffer.
bool carries(const RunFigures&);

// Bisects up to the line rate of the port, in Gb/s on the wire. run(gbps) simulates the traffic at
// this mean rate.
LosslessFigures search_lossless(double line_gbps, const std::function<RunFigures(double)>& run);

struct Bottleneck {
  std::string component, text;
};
Bottleneck find_bottleneck(const RunFigures&, const std::optional<LosslessFigures>&);

} // namespace pw::nic
