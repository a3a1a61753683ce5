#include "ir/schedule/memory.h"

#include "ir/dialect/prefixes.h"

namespace pw::schedule {

MemoryChoice memory_of(ir::MapOp map, unsigned column) {
  ir::ColumnAttr c = map.column(column);
  return choose_memory(std::uint64_t(map.slots()) * c.getCount(), c.getBytes() * 8);
}

pipeline::Map shape_of(ir::MapOp map) {
  using pipeline::MapKind;
  pipeline::Map m;
  m.kind = map.is("hash")      ? MapKind::Hash
           : map.is("present") ? MapKind::Present
           : map.is("table")   ? MapKind::Table
           : map.is("lpm")     ? MapKind::Lpm
                               : MapKind::Array;
  m.type = bpf_map_type(map.getType());
  m.key_bytes = unsigned(map.getKeyBytes());
  m.value_bytes = unsigned(map.getValueBytes());
  m.max_entries = unsigned(map.getEntries());
  m.slots = map.slots();
  m.ways = map.ways();
  m.row_bits = map.row_bits();
  m.places = map.places();
  m.lru = map.lru();
  m.handle_bits = map.handle_bits();
  m.find_latency = map.find_latency();
  for (unsigned c = 0; map.getColumns() && c < map.getColumns()->size(); ++c) {
    const ir::ColumnAttr column = map.column(c);
    const MemoryChoice memory = memory_of(map, c);
    m.columns.push_back({column.getOffset(), column.getBytes(), column.getCount(), false,
                         memory.kind, memory.latency});
  }
  return m;
}

namespace {

unsigned packet_reads(mlir::ModuleOp module) {
  unsigned count = 0;
  module.walk([&](ir::PacketReadOp) { ++count; });
  return count;
}

// Comparators for all prefixes are what shorter keys cost, and changes by packets.
void check_prefixes(mlir::ModuleOp module, ir::MapOp map, const std::string& device) {
  bool changed = false;
  const auto never = [](mlir::Value v) {
    auto c = ir::constant_of(v);
    return c && c->isZero();
  };
  module.walk([&](ir::AccessOp a) {
    changed |= a.getMap() == map.getSymName() && !(never(a.getInsert()) && never(a.getRemove()));
  });
  if (!changed)
    check_prefix_lookups(map.getSymName().str(), demand_of(shape_of(map)), device);
}

} // namespace

namespace {

MemoryDemand resized(ir::MapOp map, std::uint32_t entries) {
  const std::uint64_t before = map.getEntries();
  map.setEntries(entries);
  const MemoryDemand demand = demand_of(shape_of(map));
  map.setEntries(before);
  return demand;
}

} // namespace

void check_device(mlir::ModuleOp module, const std::string& name) {
  std::vector<MemoryUse> uses;
  for (auto map : module.getOps<ir::MapOp>())
    uses.push_back({map.getSymName().str(), demand_of(shape_of(map)),
                    sizable(map.getSymName().str(), unsigned(map.getEntries())),
                    [map](std::uint32_t entries) { return resized(map, entries); }});
  for (auto map : module.getOps<ir::MapOp>())
    if (holds_prefixes(map))
      check_prefixes(module, map, name);
  uses.push_back(packet_copies(packet_reads(module)));
  check_fits(uses, name);
}

} // namespace pw::schedule
