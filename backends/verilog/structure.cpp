#include "backends/verilog/structure.h"

#include <algorithm>
#include <bit>
#include <map>

namespace pw::verilog {

namespace {

unsigned most_writers(const pipeline::Pipeline& p) {
  std::map<int, unsigned> writers;
  unsigned most = 0;
  for (const pipeline::Operation& op : p.operations)
    if (op.kind == pipeline::OpKind::PacketWrite)
      for (unsigned i = 0; i < p.values[op.operands[1]].width / 8; ++i)
        most = std::max(most, ++writers[op.offset + static_cast<int>(i)]);
  return most;
}

} // namespace

Structure structure_of(const pipeline::Pipeline& p) {
  Structure s;
  s.window_beats = std::max(1u, (p.window_bytes + p.bus_bytes - 1) / p.bus_bytes);
  s.writers = most_writers(p);
  s.merge_delay = s.writers > merged_at_once ? 1 : 0;
  // A packet waits for its result for as long as the stages and the borders of the regions take;
  // twice that, so that an interlock may hold packets for a while before the input has to stop.
  unsigned way =
      p.stages + 2 * static_cast<unsigned>(p.regions.size()) + s.window_beats + s.merge_delay + 8;
  s.packet_depth = std::max(512u, std::bit_ceil(2 * way));
  // At full rate a credit comes back (stages of the last region + merge_delay + 2) clocks after it
  // was taken.
  unsigned last =
      p.regions.empty() ? p.stages : p.regions.back().last_stage - p.regions.back().first_stage + 1;
  s.result_depth = std::max(32u, std::bit_ceil(last + s.merge_delay + 8));
  return s;
}

} // namespace pw::verilog
