#include "backends/verilog/structure.h"

#include <algorithm>
#include <bit>

namespace pw::verilog {

Structure structure_of(const pipeline::Pipeline& p) {
  Structure s;
  s.window_beats = std::max(1u, (p.window_bytes + p.bus_bytes - 1) / p.bus_bytes);
  // A packet waits for its result for as long as the stages and the borders of the regions take;
  // twice that, so that an interlock may hold packets for a while before the input has to stop.
  unsigned way = p.stages + 2 * static_cast<unsigned>(p.regions.size()) + s.window_beats + 8;
  s.packet_depth = std::max(512u, std::bit_ceil(2 * way));
  // At full rate a credit comes back (stages of the last region + 2) clocks after it was taken.
  unsigned last =
      p.regions.empty() ? p.stages : p.regions.back().last_stage - p.regions.back().first_stage + 1;
  s.result_depth = std::max(32u, std::bit_ceil(last + 8));
  return s;
}

} // namespace pw::verilog
