// Copies maps between the host's tables and the hardware's memories, through the host port.
#pragma once

#include "sim/rtl/simulator.h"
#include "sim/rtl/table_access.h"
#include "sim/tables/host_tables.h"

#include <vector>

namespace pw::rtl {

class Memories {
public:
  // Right after reset all memories are zeros.
  Memories(HostPort&, HostTables&);

  void load(); // host -> hardware: every row that differs
  void dump(); // hardware -> host: the columns that the data path writes

private:
  struct Shadow { // what the hardware holds in one table
    unsigned map = 0, table = 0, row_bytes = 0;
    bool written = false; // by the data path
    std::vector<std::uint8_t> rows;
    bool known = true; // rows is what the hardware holds
  };

  std::vector<std::uint8_t> wanted(const Shadow&) const;
  void forget(unsigned map);
  void write_differing(Shadow&, std::vector<std::uint8_t> rows);
  void read_written(Shadow&);

  HostPort& port_;
  HostTables& tables_;
  std::vector<Shadow> shadows_;
  std::vector<TableAccess> keys_; // of the maps of kind Table
};

} // namespace pw::rtl
