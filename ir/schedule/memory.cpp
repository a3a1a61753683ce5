#include "ir/schedule/memory.h"

#include "support/diagnostic.h"

#include <algorithm>
#include <sstream>

namespace pw::schedule {

MemoryChoice memory_of(ir::MapOp map, unsigned column) {
  ir::ColumnAttr c = map.column(column);
  return choose_memory(std::uint64_t(map.slots()) * c.getCount(), c.getBytes() * 8);
}

namespace {

struct Demand : MemoryDemand {
  std::string map;
};

// As far as its memories depend on it.
pipeline::Map shape_of(ir::MapOp map) {
  using pipeline::MapKind;
  pipeline::Map m;
  m.kind = map.is("table")     ? MapKind::Table
           : map.is("present") ? MapKind::Present
           : map.is("lpm")     ? MapKind::Lpm
                               : MapKind::Array;
  m.key_bytes = unsigned(map.getKeyBytes());
  m.max_entries = unsigned(map.getEntries());
  m.slots = map.slots();
  m.ways = map.ways();
  m.row_bits = map.row_bits();
  m.places = map.places();
  m.lru = map.lru();
  m.handle_bits = map.handle_bits();
  for (unsigned c = 0; map.getColumns() && c < map.getColumns()->size(); ++c)
    m.columns.push_back({.bytes = map.column(c).getBytes(), .count = map.column(c).getCount()});
  return m;
}

unsigned packet_reads(mlir::ModuleOp module) {
  unsigned count = 0;
  module.walk([&](ir::PacketReadOp) { ++count; });
  return count;
}

} // namespace

void check_device(mlir::ModuleOp module, const std::string& name) {
  const DeviceSize* device = device_named(name);
  if (device == nullptr)
    throw Failure(diagnose("PW-DEV-003", "unknown device '" + name + "'")
                      .help("xcu50, xcu200, xcu250 or xcu280"));
  std::uint64_t blocks = 0, ultra = 0;
  std::ostringstream sum;
  Demand largest;
  for (auto map : module.getOps<ir::MapOp>()) {
    const Demand d{demand_of(shape_of(map)), map.getSymName().str()};
    blocks += d.blocks;
    ultra += d.ultra;
    if (d.blocks + d.ultra)
      sum << (sum.tellp() > 0 ? " + " : "") << d.map << ": " << d.blocks << " BRAM36, " << d.ultra
          << " URAM288";
    if (d.blocks + 8 * d.ultra > largest.blocks + 8 * largest.ultra)
      largest = d;
  }
  if (unsigned reads = packet_reads(module)) {
    blocks += reads * packet_copy_blocks;
    sum << (sum.tellp() > 0 ? " + " : "") << reads
        << " reads behind the window: " << reads * packet_copy_blocks << " BRAM36";
    if (reads * packet_copy_blocks > largest.blocks + 8 * largest.ultra)
      largest.map = "copies of the packets";
  }
  std::uint64_t spare = device->ultra288 > ultra ? device->ultra288 - ultra : 0;
  if (ultra <= device->ultra288 && blocks <= device->block36 + 8 * spare)
    return;
  throw Failure(diagnose("PW-DEV-001", "the memories don't fit " + name + "; the largest is '" +
                                           largest.map + "'")
                    .limited(std::to_string(device->block36) + " BRAM36, " +
                                 std::to_string(device->ultra288) + " URAM288",
                             std::to_string(blocks) + " BRAM36, " + std::to_string(ultra) +
                                 " URAM288 (" + sum.str() + ")")
                    .help("lower max_entries or the size of the value"));
}

} // namespace pw::schedule
