// The access ports of the maps whose keys come and go with packets (MapKind::Table): what stages
// ask of the table in a clock, and what it answers.
#pragma once

#include "sim/tables/dynamic_table.h"
#include "sim/tables/host_tables.h"

#include <deque>
#include <optional>

namespace pw::model {

struct Port {
  Port(const pipeline::Pipeline&, unsigned map);

  unsigned map = 0; // into Pipeline::maps
  unsigned slot_bits = 0;
  DynamicTable table;
  // By number of the port: 0 the access port, then those for look-ups.
  std::vector<std::vector<std::uint8_t>> keys; // of this clock
  std::vector<std::uint64_t> results;          // ports access_result and find_result, in this clock
  DynamicTable::Access access;                 // of this clock
  std::vector<DynamicTable::Find> finds;
  bool asked = false; // anything at all
  unsigned loads = 0; // of the MapTable, when its keys were last taken over
};

class Ports {
public:
  explicit Ports(const pipeline::Pipeline&);

  Port* of_map(unsigned map); // null: not of kind Table
  std::deque<Port>& all() { return ports_; }
  // At the end of every clock.
  void clock() {
    for (Port& port : ports_)
      if (port.asked || !port.table.settled())
        clock(port);
  }
  // Accesses of the host take their time: afterwards all tables are settled.
  void load(HostTables&);  // keys that were loaded since the last call come into the tables
  void store(HostTables&); // who is in which slot now

private:
  static void clock(Port&);
  std::deque<Port> ports_; // addresses stay
};

} // namespace pw::model
