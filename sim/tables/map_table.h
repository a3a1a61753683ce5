// One map as the hardware holds it: columns, presence bits, hash keys; and the rest of its values,
// which only the host sees. model works on these bytes directly, rtl copies them through the host
// port.
#pragma once

#include "frontend/object/object.h"
#include "sim/engine.h"
#include "sim/tables/cuckoo.h"
#include "sim/tables/lpm.h"

#include <unordered_map>

namespace pw {

class MapTable {
public:
  MapTable(const pipeline::Map&, const MapDefinition&);

  // Replaces everything. `contents` is complete and checked (sim/maps/contents.h). Throws Failure
  // PW-MAP-090 if the hash table can't hold these keys.
  void load(const MapContents& contents);
  MapContents contents() const;

  // Times that load() was called: whoever holds the contents elsewhere knows that they are new.
  unsigned loads() const { return loads_; }

  // Table only: which key is in which slot, as whoever runs the packets knows it. load() numbers
  // the keys in ascending order, as a table that is empty does if it gets them in this order.
  void forget_keys();
  void set_key(std::uint32_t slot, const std::uint8_t* key);

  // Handle of a key as MapFind has it (pipeline.h): {slot, hit}, 0 if it is not there.
  std::uint64_t find(const std::uint8_t* key) const;

  const pipeline::Map& map() const { return *map_; }
  // Words of column c, slots * count * bytes bytes, little-endian, without gaps.
  std::vector<std::uint8_t>& column(unsigned c) { return columns_[c]; }
  const std::vector<std::uint8_t>& column(unsigned c) const { return columns_[c]; }
  // Is there an entry in this slot (always, for an array)?
  bool occupied(std::uint32_t slot) const;
  const std::uint8_t* key(std::uint32_t slot) const;         // Hash, Table, Lpm, key_bytes bytes
  const LpmTable& lpm() const { return *lpm_; }              // Lpm only
  std::vector<std::uint8_t>& presence() { return present_; } // Present only: one byte a slot

private:
  void clear();
  std::uint32_t place(const std::vector<std::uint8_t>& key);
  void move_value(std::uint32_t from, std::uint32_t to);
  void set_value(std::uint32_t slot, const std::vector<std::uint8_t>& value);
  std::vector<std::uint8_t> value(std::uint32_t slot) const;

  const pipeline::Map* map_;
  unsigned host_value_bytes_; // as in MapContents
  std::vector<std::vector<std::uint8_t>> columns_;
  std::vector<std::uint8_t> present_; // also of Table: is there a key in the slot?
  std::vector<std::uint8_t> keys_;    // of Table, by slot
  std::uint32_t next_slot_ = 0;       // of Table, for load()
  unsigned loads_ = 0;
  std::optional<CuckooTable> hash_;
  std::optional<LpmTable> lpm_;
  // Values with bytes other than zero in no column; the bytes that are in one are stale here.
  std::unordered_map<std::uint32_t, std::vector<std::uint8_t>> rest_;
};

} // namespace pw
