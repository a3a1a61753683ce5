// The shape of a longest-prefix-match table in hardware. The n prefixes of a table cut the keys
// into at most 2n + 1 intervals, and all keys of an interval have the same longest prefix. A
// look-up is a search through the sorted last keys of the intervals: a tree of nodes of 2^fan_bits
// - 1 keys that are compared at once, one level every two clocks. Shared by compiler, hardware and
// host.
#pragma once

#include <cstdint>

namespace pw {

struct LpmShape {
  unsigned levels = 1;
  unsigned root_bits = 1;      // the root has 2^root_bits - 1 keys
  unsigned fan_bits = 0;       // nodes of the other levels have 2^fan_bits - 1 keys
  std::uint64_t intervals = 3; // rows of the table: 2 * max_entries + 1

  unsigned bits() const { return root_bits + fan_bits * (levels - 1); } // of an interval's number
  unsigned keys(unsigned level) const { return (1U << (level == 0 ? root_bits : fan_bits)) - 1; }
  // Nodes of the level. A node counts if the keys of all its children could be in use.
  std::uint64_t nodes(unsigned level) const {
    return level == 0 ? 1 : ((intervals - 1) >> (fan_bits * (levels - level))) + 1;
  }
  // Does a memory of so many bits stand in large blocks (URAM)?
  static bool is_large(std::uint64_t words, unsigned bits) { return words * bits > 48 * 36'864; }
  unsigned latency() const { return 2 * levels; } // clocks from key to handle
};

// For tables of max_entries prefixes of keys of data_bytes bytes (without the prefix length).
LpmShape lpm_shape(std::uint64_t max_entries, unsigned data_bytes);

} // namespace pw
