// The keys of a map of kind Table in the hardware: operations of the host on its table
// (backends/verilog/README.md, "Tables").
#pragma once

#include "sim/rtl/host_port.h"
#include "sim/tables/map_table.h"

namespace pw::rtl {

class TableAccess {
public:
  TableAccess(HostPort&, unsigned map, const pipeline::Map&);

  unsigned map() const { return map_; }
  // host -> hardware, if the host has loaded keys since the last time: is that so? Throws Failure
  // PW-RTL-105 if the hardware gives them other slots.
  bool load(const MapTable&);
  void dump(MapTable&); // hardware -> host: which key is in which slot

private:
  enum class Operation : std::uint8_t { Insert = 1, Delete = 2, Empty = 3 };
  std::uint64_t operate(Operation, const std::uint8_t* key); // {found, slot, hit}

  HostPort* port_;
  unsigned map_;
  unsigned key_bytes_, slot_bits_;
  std::uint32_t places_; // of the rows and the stash
  unsigned loads_ = 0;   // of the MapTable, when its keys were last taken over
};

} // namespace pw::rtl
