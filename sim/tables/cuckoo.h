// Host side of the hash tables: where each key stands. A table has `ways` memories of 2^row_bits
// rows, a key may stand in one row of each (support/hash.h), and the data path only ever looks
// there.
#pragma once

#include "ir/pipeline.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pw {

// Rows of a key in all ways, by table lookup: H3 is linear, so the rows of a key are the
// exclusive-or of one entry for each of its bytes.
class RowHash {
public:
  RowHash(unsigned ways, unsigned row_bits, unsigned key_bytes);
  // rows[w] = h3_row(w, row_bits, key); `rows` has one element a way.
  void rows(const std::uint8_t* key, std::uint32_t* rows) const;

private:
  unsigned ways_, key_bytes_;
  std::vector<std::uint32_t> table_; // [byte position][byte][way]
};

// Placement of keys with cuckoo hashing (Pagh and Rodler 2004) in d ways: an insertion moves other
// keys along a shortest augmenting path, found breadth first, so that it fails only where no
// placement of the keys exists at all.
class CuckooTable {
public:
  CuckooTable(unsigned ways, unsigned row_bits, unsigned key_bytes);

  std::optional<std::uint32_t> find(const std::uint8_t* key) const; // slot = way << row_bits | row
  // A new key's slot, after others were moved out of its way; nullopt if there is no placement.
  // moved(from, to) is called for each key that moves, farthest first, so that its value can
  // follow.
  template <typename Moved>
  std::optional<std::uint32_t> insert(std::span<const std::uint8_t> key, Moved moved) {
    const auto path = find_path(key.data());
    if (path.empty())
      return std::nullopt;
    for (std::size_t i = path.size() - 1; i > 0; --i) {
      copy_key(path[i - 1], path[i]);
      moved(path[i - 1], path[i]);
    }
    set_key(path.front(), key.data());
    return path.front();
  }
  void clear();

  unsigned slots() const { return ways_ << row_bits_; }
  bool valid(std::uint32_t slot) const { return valid_[slot] != 0; }
  const std::uint8_t* key(std::uint32_t slot) const {
    return &keys_[std::size_t(slot) * key_bytes_];
  }

private:
  std::vector<std::uint32_t> find_path(const std::uint8_t* key) const;
  std::vector<std::uint32_t> candidates(const std::uint8_t* key) const;
  void copy_key(std::uint32_t from, std::uint32_t to);
  void set_key(std::uint32_t slot, const std::uint8_t* key);

  unsigned ways_, row_bits_, key_bytes_;
  RowHash hash_;
  std::vector<std::uint8_t> valid_, keys_;
};

} // namespace pw
