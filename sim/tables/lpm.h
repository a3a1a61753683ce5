// Host side of longest-prefix-match tables: prefixes are numbered, and become the sorted intervals
// that the hardware searches (support/lpm.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace pw {

class LpmTable {
public:
  explicit LpmTable(unsigned data_bytes); // of a key, without the prefix length in front

  void clear();
  // Keys as maps have them: u32 prefix length, not more than the data has bits, then the data; bits
  // behind the prefix don't count. Slot of the prefix; a prefix that is there gets the new key.
  std::uint32_t add(std::span<const std::uint8_t> key);
  // Makes the intervals of all prefixes; before find() and the rows are asked for.
  void build();

  std::size_t size() const { return slots_.size(); } // prefixes; their slots are 0 .. size() - 1
  const std::uint8_t* key(std::uint32_t slot) const { return &keys_[slot * (data_bytes_ + 4)]; }

  // Rows of the hardware: keys up to last(row), and above last(row - 1), have this handle. The last
  // of the last row is all ones.
  std::size_t rows() const { return handles_.size(); }
  const std::uint8_t* last(std::size_t row) const { return &lasts_[row * data_bytes_]; }
  std::uint64_t handle(std::size_t row) const { return handles_[row]; }

  // Handle {slot, hit} of the longest prefix of data_bytes bytes, most significant first; 0 if
  // there is none.
  std::uint64_t find(const std::uint8_t* data) const;

private:
  using Bytes = std::vector<std::uint8_t>;
  void end_interval(const Bytes& last, std::uint64_t handle);

  unsigned data_bytes_;
  std::vector<std::uint8_t> keys_;                                 // by slot
  std::map<std::pair<Bytes, std::uint32_t>, std::uint32_t> slots_; // by first key and length
  std::vector<std::uint8_t> lasts_;
  std::vector<std::uint64_t> handles_;
};

} // namespace pw
