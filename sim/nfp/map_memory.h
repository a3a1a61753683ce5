// Maps in the card's external memory. Tables keep their entries as Linux does
// (sim/interp/map_store.h); what is here gives values an address and turns counters around, as the
// host's driver does.
#pragma once

#include "sim/engine.h"
#include "sim/interp/map_store.h"
#include "sim/nfp/loader.h"
#include "sim/nfp/packet_buffer.h"

#include <memory>
#include <span>
#include <vector>

namespace pw::me {

// A 40-bit address as the program gets it: (high << 8) + low.
struct ValueAddress {
  std::uint32_t high = 0, low = 0;
};

class MapMemory {
public:
  // Throws Failure PW-ME-001: a table that the object has not, or has otherwise.
  MapMemory(const Object&, const std::vector<TableEntry>&);

  void replace(const MapState&); // checked already
  MapState state();
  void begin_packet(std::uint32_t index);

  // By a table's id. Throws Stop PW-ME-014: there is none.
  interp::MapStore& table(std::uint32_t id);
  ValueAddress address(std::uint32_t id, interp::Element);

  // n bytes from an address on. Throw Stop PW-ME-009: not within one value. Bytes between the
  // value's end and the next multiple of eight can be read; they are unset.
  void read(std::uint64_t address, std::span<Byte>);
  std::span<std::uint8_t> writable(std::uint64_t address, std::size_t n);

private:
  struct Slot {
    std::unique_ptr<interp::MapStore> store;
    std::vector<bool> counters;
  };
  struct Found {
    std::span<std::uint8_t> value;
    std::size_t offset = 0;
  };
  Found find(std::uint64_t address);
  MapContents turned(const Slot&, MapContents) const;

  std::vector<Slot> slots_;                    // by map of the object
  std::map<std::uint32_t, std::size_t> by_id_; // table -> map
};

} // namespace pw::me
