#include "backends/verilog/structure.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

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

unsigned region_of(const pipeline::Pipeline& p, unsigned stage) {
  unsigned r = 0;
  while (r + 1 < p.regions.size() && p.regions[r].last_stage < stage)
    ++r;
  return r;
}

} // namespace

TableUse table_use(const pipeline::Pipeline& p, unsigned map) {
  TableUse use;
  for (const pipeline::Operation& op : p.operations) {
    if (op.kind != pipeline::OpKind::MapAccess || op.map != map)
      continue;
    use.first_stage = use.used ? std::min(use.first_stage, op.stage) : op.stage;
    use.last_stage = std::max(use.last_stage, op.stage);
    use.used = true;
  }
  use.region = region_of(p, use.first_stage);
  return use;
}

std::vector<unsigned> metadata_inputs(const pipeline::Pipeline& p) {
  std::vector<unsigned> fields;
  for (unsigned f = 0; f < skb_input_count; ++f) {
    const auto input = static_cast<pipeline::Input>(unsigned(pipeline::Input::Mark) + f);
    if (std::ranges::any_of(p.operations, [&](const pipeline::Operation& op) {
          return op.kind == pipeline::OpKind::Input && op.input == input;
        }))
      fields.push_back(f);
  }
  return fields;
}

std::vector<unsigned> holding_maps(const pipeline::Pipeline& p) {
  std::set<unsigned> maps;
  for (const pipeline::Operation& op : p.operations)
    if (op.kind == pipeline::OpKind::MapAccess)
      maps.insert(op.map);
  for (const pipeline::Region& region : p.regions)
    for (const pipeline::Interlock& lock : region.interlocks)
      maps.insert(lock.map);
  return {maps.begin(), maps.end()};
}

namespace {

// Is the value made by logic of the last stage? Parts of a value that was there before are not.
bool made_last(const pipeline::Pipeline& p, pipeline::ValueId v) {
  using pipeline::OpKind;
  const auto maker = std::ranges::find(p.operations, v, &pipeline::Operation::result);
  if (maker == p.operations.end() || maker->stage + 1 < p.stages)
    return false;
  switch (maker->kind) {
  case OpKind::Constant:
  case OpKind::Input:
  case OpKind::PacketField:
    return false;
  case OpKind::Zext:
  case OpKind::Sext:
  case OpKind::Trunc:
  case OpKind::Extract:
  case OpKind::Concat:
    return std::ranges::any_of(maker->operands, [&](auto part) { return made_last(p, part); });
  default:
    return true;
  }
}

} // namespace

bool copies_packet(const pipeline::Operation& op) {
  return op.kind == pipeline::OpKind::Event && op.operands.size() > 4;
}

Structure structure_of(const pipeline::Pipeline& p) {
  Structure s;
  s.window_beats = std::max(1u, (p.window_bytes + p.bus_bytes - 1) / p.bus_bytes);
  s.writers = most_writers(p);
  s.merge_delay = s.writers > merged_at_once || (p.moves_head && made_last(p, p.result.head)) ||
                          made_last(p, p.result.tail)
                      ? 1
                      : 0;
  // A packet waits for its result for as long as the stages and the borders of the regions take;
  // twice that, so that an interlock may hold packets for a while before the input has to stop.
  unsigned way =
      p.stages + 2 * static_cast<unsigned>(p.regions.size()) + s.window_beats + s.merge_delay + 8;
  s.packet_depth = std::max(512u, std::bit_ceil(2 * way));
  s.whole_packet = std::ranges::any_of(p.operations, [](const pipeline::Operation& op) {
    return op.kind == pipeline::OpKind::PacketRead || copies_packet(op);
  });
  s.samples = std::ranges::any_of(p.operations, copies_packet);
  s.events = !p.event_maps.empty();
  s.event_delay = s.samples ? sample_delay : 0;
  if (s.whole_packet) // the longest packet must have room, or it would wait for itself
    s.packet_depth = std::max(s.packet_depth, std::bit_ceil(longest_packet / p.bus_bytes + way));
  // At full rate a credit comes back (stages of the last region + merge_delay + 2) clocks after it
  // was taken.
  unsigned last =
      p.regions.empty() ? p.stages : p.regions.back().last_stage - p.regions.back().first_stage + 1;
  s.result_depth = std::max(32u, std::bit_ceil(last + s.merge_delay + 8));
  return s;
}

} // namespace pw::verilog
