#include "sim/model/ports.h"

#include "ir/prefixes.h"
#include "ir/table_reserve.h"

namespace pw::model {

Port::Port(const pipeline::Pipeline& pipeline, unsigned number)
    : map(number), slot_bits(pipeline.maps[number].handle_bits - 1), table(pipeline, number),
      finds(pipeline::table_finds(pipeline, number)) {
  keys.assign(1 + finds.size(),
              std::vector<std::uint8_t>((access_key_bits(pipeline.maps[number]) + 7) / 8));
  results.resize(keys.size());
  access.key = keys[0].data();
  for (std::size_t i = 0; i < finds.size(); ++i)
    finds[i].key = keys[i + 1].data();
}

Ports::Ports(const pipeline::Pipeline& pipeline) {
  for (unsigned m = 0; m < pipeline.maps.size(); ++m)
    if (pipeline.maps[m].kind == pipeline::MapKind::Table)
      ports_.emplace_back(pipeline, m);
}

Port* Ports::of_map(unsigned map) {
  for (Port& port : ports_)
    if (port.map == map)
      return &port;
  return nullptr;
}

void Ports::clock(Port& port) {
  port.table.clock(port.access, port.finds);
  port.asked = port.access.enable = false;
  port.results[0] = port.table.next().bits(port.slot_bits);
  for (unsigned i = 0; i < port.finds.size(); ++i) {
    port.finds[i].enable = false;
    port.results[i + 1] = port.table.next_find(i).bits(port.slot_bits);
  }
}

void Ports::load(HostTables& tables) {
  for (Port& port : ports_) {
    port.table.settle();
    const MapTable& host = tables.table(port.map);
    if (host.loads() == port.loads)
      continue;
    port.loads = host.loads();
    port.table.clear();
    for (std::uint32_t slot = 0; slot < host.map().slots && host.occupied(slot); ++slot)
      if (port.table.insert(host.key(slot)).slot != slot)
        throw Failure(diagnose("PW-INT-001", "keys of map '" + host.map().name +
                                                 "' don't get slots in their order"));
  }
}

void Ports::store(HostTables& tables) {
  for (Port& port : ports_) {
    port.table.settle();
    MapTable& host = tables.table(port.map);
    host.forget_keys();
    port.table.for_each(
        [&](const std::uint8_t* key, std::uint32_t slot) { host.set_key(slot, key); });
  }
}

} // namespace pw::model
