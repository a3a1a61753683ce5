#include "backends/verilog/emit/check.h"

#include "backends/verilog/structure.h"
#include "ir/prefixes.h"
#include "ir/table_reserve.h"
#include "support/diagnostic.h"
#include "support/lpm.h"
#include "support/table_shape.h"

#include <algorithm>
#include <bit>

namespace pw::verilog {
using pipeline::MapKind;
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::Pipeline;

namespace {

void require(bool holds, const std::string& what) {
  if (!holds)
    throw Failure(diagnose("PW-INT-001", "pipeline can't be emitted: " + what));
}

void check_regions(const Pipeline& p) {
  require(p.stages > 0 && !p.regions.empty(), "it has no stages");
  unsigned next = 0;
  for (const pipeline::Region& r : p.regions) {
    require(r.first_stage == next && r.last_stage >= r.first_stage, "regions leave gaps");
    require(next == 0 || (r.fifo_depth >= 2 && std::has_single_bit(r.fifo_depth)),
            "depth of a region FIFO is no power of two");
    for (const pipeline::Interlock& lock : r.interlocks) {
      require(lock.distance > 0 && lock.map < p.maps.size(),
              "interlock without a distance or a map");
      require(!lock.when_full || p.maps[lock.map].kind == MapKind::Table,
              "interlock for a full map that is no table");
      for (pipeline::ValueId handle : lock.handles)
        require(p.values[handle].width == p.values[lock.handles[0]].width,
                "handles of an interlock differ in width");
    }
    next = r.last_stage + 1;
  }
  require(next == p.stages, "regions don't cover the stages");
}

void check_map(const pipeline::Map& m) {
  // A single slot needs no bits, but may have one.
  unsigned slot_bits = static_cast<unsigned>(std::bit_width(m.slots - 1));
  require(m.slots > 0 && (m.handle_bits == 1 + slot_bits || (m.slots == 1 && m.handle_bits == 2)),
          "handles of map " + m.name + " don't fit its slots");
  if (m.kind == MapKind::Hash)
    require(m.row_bits > 0 && m.ways << m.row_bits == m.slots && m.find_latency == 3,
            "tables of map " + m.name);
  if (holds_prefixes(m))
    require(m.key_bytes > 4 && m.slots == m.max_entries && m.find_latency == 4,
            "prefixes of map " + m.name);
  else if (m.kind == MapKind::Table)
    require(m.ways > 0 && m.row_bits > 0 && m.places > 0 && m.stash > 0 &&
                m.slots == m.max_entries && m.find_latency == 4,
            "table of map " + m.name);
  if (m.kind == MapKind::Lpm)
    require(m.key_bytes > 4 && m.slots == m.max_entries &&
                m.find_latency == lpm_shape(m.max_entries, m.key_bytes - 4).latency(),
            "prefixes of map " + m.name);
  if (m.kind == MapKind::Present)
    require(m.find_latency == 1 || m.find_latency == 2, "presence bits of map " + m.name);
  for (const pipeline::Column& c : m.columns)
    require(c.bytes > 0 && c.count > 0 && (c.read_latency == 1 || c.read_latency == 2),
            "a column of map " + m.name);
}

// The access port's stamp is the one that pw_table gets.
bool stamped_with_access(const Pipeline& p, const Operation& look) {
  return std::ranges::count_if(p.operations,
                               [&](const Operation& o) {
                                 return o.kind == OpKind::MapAccess && o.map == look.map &&
                                        o.port == 0;
                               }) == 1 &&
         std::ranges::any_of(p.operations, [&](const Operation& o) {
           return o.kind == OpKind::MapAccess && o.map == look.map && o.port == 0 &&
                  o.stage == look.stage && o.operands.back() == look.operands.back();
         });
}

void check_access(const Pipeline& p, const Operation& op) {
  const pipeline::Map& m = p.maps[op.map];
  require(m.kind == MapKind::Table && op.latency == pipeline::access_latency(m, op.port) &&
              op.operands.size() == (m.lru ? 5u : 4u),
          "an access of map " + m.name);
  const TableUse use = table_use(p, op.map);
  const pipeline::Region& region = p.regions[use.region];
  require(p.values[op.operands[1]].width == access_key_bits(m), "a key of map " + m.name);
  require(use.last_stage <= region.last_stage, "accesses of map " + m.name + " in several regions");
  if (op.port == 0)
    return;
  const auto never = [&](unsigned operand) {
    return std::ranges::any_of(p.operations, [&](const Operation& by) {
      return by.result == op.operands[operand] && by.kind == OpKind::Constant &&
             by.constant.words == std::vector<std::uint64_t>{0};
    });
  };
  require(never(2) && (never(3) || (op.port == 1 && !m.lru)),
          "a look-up of map " + m.name + " changes it");
  require(!m.lru || (op.port == 1 && stamped_with_access(p, op)),
          "a look-up of map " + m.name + " is not behind an access with its stamp");
  require(std::ranges::count_if(p.operations,
                                [&](const Operation& o) {
                                  return o.kind == OpKind::MapAccess && o.map == op.map &&
                                         o.port == op.port;
                                }) == 1,
          "two look-ups of map " + m.name + " at one port");
}

// As pw_table wants it.
void check_table(const Pipeline& p, unsigned number) {
  const pipeline::Map& m = p.maps[number];
  require(std::has_single_bit(m.ways) && std::has_single_bit(m.places) &&
              m.stash >= pipeline::table_reserve(p, number) + table_pipeline_accesses,
          "shape of the table of map " + m.name);
}

void check_event(const Pipeline& p, const Operation& op) {
  const std::size_t own = copies_packet(op) ? 5 : 3;
  require(op.map < p.event_maps.size() && op.stage + 1 == p.stages &&
              op.operands.size() == own + op.coordinates.size() &&
              p.values[op.operands[2]].width % 8 == 0 && std::ranges::is_sorted(op.coordinates),
          "an event");
}

void check_operation(const Pipeline& p, const Operation& op) {
  require(op.stage + op.latency < p.stages, "an operation ends behind the last stage");
  if (op.kind == OpKind::PacketRead)
    require(op.latency == pipeline::packet_read_latency &&
                p.values[op.result].width <= 8 * p.bus_bytes &&
                p.values[op.operands[1]].width == 16,
            "a read of the packet");
  if (op.kind == OpKind::Event)
    check_event(p, op);
  bool of_map = op.kind == OpKind::MapFind || op.kind == OpKind::MapRead ||
                op.kind == OpKind::MapWrite || op.kind == OpKind::MapAccess;
  if (!of_map)
    return;
  require(op.map < p.maps.size(), "an operation of no map");
  const pipeline::Map& m = p.maps[op.map];
  if (op.kind == OpKind::MapAccess)
    check_access(p, op);
  else if (op.kind == OpKind::MapFind)
    require(op.latency == m.find_latency, "latency of a look-up in map " + m.name);
  else
    require(op.column < m.columns.size(), "an operation of no column of map " + m.name);
  if (op.kind == OpKind::MapRead)
    require(op.latency == m.columns[op.column].read_latency, "latency of a read of map " + m.name);
}

} // namespace

void check_pipeline(const Pipeline& p) {
  require(p.bus_bytes >= 8 && std::has_single_bit(p.bus_bytes),
          "bus of " + std::to_string(p.bus_bytes) + " bytes");
  check_regions(p);
  for (const pipeline::Map& m : p.maps)
    check_map(m);
  for (const Operation& op : p.operations)
    check_operation(p, op);
  for (unsigned m = 0; m < p.maps.size(); ++m)
    if (p.maps[m].kind == MapKind::Table && !holds_prefixes(p.maps[m]))
      check_table(p, m);
}

} // namespace pw::verilog
