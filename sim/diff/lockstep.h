// Runs fresh engines over packets side by side until they differ.
#pragma once

#include "sim/diff/diff.h"

namespace pw {

struct LockstepResult {
  std::optional<Difference> difference;
  std::size_t compared = 0;
  // By engine: packets that it could not run. Not empty for any: the run was stopped in the chunk
  // that showed it, since engines that ran such a packet may now hold other maps.
  std::vector<std::vector<std::size_t>> unsupported;
  std::optional<std::size_t> evicted; // as in DiffResult
  std::size_t followed = 0;           // as in DiffResult
};

LockstepResult run_lockstep(std::span<const DiffEngine>, std::span<const Packet>,
                            const MapState& maps, const DiffOptions&);

// Indices of the packets that an engine can't run.
std::vector<std::size_t> unsupported_packets(const DiffEngine&, std::span<const Packet>,
                                             const MapState& maps, const DiffOptions&);

} // namespace pw
