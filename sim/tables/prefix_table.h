// Prefixes that come and go with packets, as `pw_prefixes` keeps them (backends/verilog/README.md,
// "Prefixes that packets change"): the same slots, results in the same clocks. Part of
// DynamicTable, which documents the functions.
#pragma once

#include "sim/tables/dynamic_table.h"
#include "sim/tables/free_slots.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace pw {

class PrefixTable {
public:
  using Access = DynamicTable::Access;
  using Find = DynamicTable::Find;
  using Result = DynamicTable::Result;
  using Entry = DynamicTable::Entry;

  explicit PrefixTable(const DynamicTable::Shape&);

  // Keys are those of accesses: a byte more than those of the map, with bit 0 for the longest
  // prefix and bit 1 for replacing the key of an entry that is found.
  Result clock(const Access&, std::span<const Find>);
  Result next() const { return results_[now_ % latency][0]; }
  Result next_find(unsigned port) const { return results_[now_ % latency][port + 1]; }
  bool settled() const { return on_the_way_ == 0; }
  void clear();

  // With keys of the map.
  Result insert(const std::uint8_t* key);
  Result remove(const std::uint8_t* key);
  Result find(const std::uint8_t* key) const { return found(exact(key)); }
  // The longest prefix of a key.
  Result find_longest(const std::uint8_t* key) const { return found(longest(key)); }
  Entry place(std::uint32_t slot) const;
  std::uint32_t size() const { return slots_.used(); }
  const DynamicTable::Shape& shape() const { return shape_; }

private:
  static constexpr unsigned latency = 4, nowhere = ~0U;
  using Prefix = std::pair<std::uint32_t, std::vector<std::uint8_t>>; // length, first key

  Prefix prefix(const std::uint8_t* key, std::uint32_t length) const;
  std::uint32_t exact(const std::uint8_t* key) const; // slot, or nowhere
  std::uint32_t longest(const std::uint8_t* key) const;
  Result found(std::uint32_t slot) const;
  Result access(const std::uint8_t* key, bool insert, bool remove, bool replace);

  DynamicTable::Shape shape_;
  unsigned key_bytes_, data_bits_;
  std::map<Prefix, std::uint32_t> entries_; // -> slot
  std::vector<std::uint32_t> of_length_;    // number of entries
  std::vector<std::uint8_t> keys_;          // by slot, as they were given
  std::vector<bool> taken_;                 // by slot
  FreeSlots slots_;
  // By clock and port: what is answered so many clocks later.
  std::array<std::vector<Result>, latency> results_;
  unsigned now_ = 0, on_the_way_ = 0;
};

} // namespace pw
