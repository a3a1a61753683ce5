#include "sim/tables/cuckoo.h"

#include "support/hash.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace pw {

namespace {
// A table of more ways than that does not fit the stack buffers of a lookup; hardware has 4.
constexpr unsigned max_ways = 16;
} // namespace

RowHash::RowHash(unsigned ways, unsigned row_bits, unsigned key_bytes)
    : ways_(ways), key_bytes_(key_bytes), table_(std::size_t(key_bytes) * 256 * ways) {
  std::vector<std::uint8_t> key(key_bytes);
  for (unsigned position = 0; position < key_bytes; ++position) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      key[position] = std::uint8_t(1u << bit);
      for (unsigned way = 0; way < ways; ++way) {
        const std::uint32_t row = h3_row(way, row_bits, key);
        for (unsigned byte = 0; byte < 256; ++byte)
          if (byte >> bit & 1)
            table_[(std::size_t(position) * 256 + byte) * ways + way] ^= row;
      }
    }
    key[position] = 0;
  }
}

void RowHash::rows(const std::uint8_t* key, std::uint32_t* rows) const {
  std::fill(rows, rows + ways_, 0u);
  const std::uint32_t* entries = table_.data();
  for (unsigned position = 0; position < key_bytes_; ++position, entries += 256 * ways_)
    for (unsigned way = 0; way < ways_; ++way)
      rows[way] ^= entries[key[position] * ways_ + way];
}

CuckooTable::CuckooTable(unsigned ways, unsigned row_bits, unsigned key_bytes)
    : ways_(ways), row_bits_(row_bits), key_bytes_(key_bytes), hash_(ways, row_bits, key_bytes),
      valid_(std::size_t(ways) << row_bits), keys_((std::size_t(ways) << row_bits) * key_bytes) {}

std::optional<std::uint32_t> CuckooTable::find(const std::uint8_t* key) const {
  std::uint32_t rows[max_ways];
  hash_.rows(key, rows);
  for (unsigned way = 0; way < ways_; ++way) {
    const std::uint32_t slot = way << row_bits_ | rows[way];
    if (valid_[slot] && std::memcmp(this->key(slot), key, key_bytes_) == 0)
      return slot;
  }
  return std::nullopt;
}

std::vector<std::uint32_t> CuckooTable::candidates(const std::uint8_t* key) const {
  std::vector<std::uint32_t> slots(ways_);
  hash_.rows(key, slots.data());
  for (unsigned way = 0; way < ways_; ++way)
    slots[way] |= way << row_bits_;
  return slots;
}

// Slots from one of the key's own to a free one; the key in each can move to the next.
std::vector<std::uint32_t> CuckooTable::find_path(const std::uint8_t* key) const {
  constexpr std::uint32_t start = ~0u;
  std::unordered_map<std::uint32_t, std::uint32_t> reached_from;
  std::vector<std::uint32_t> queue;
  auto reach = [&](const std::uint8_t* of, std::uint32_t from) {
    for (const std::uint32_t slot : candidates(of))
      if (reached_from.emplace(slot, from).second)
        queue.push_back(slot);
  };
  reach(key, start);
  for (std::size_t next = 0; next < queue.size(); ++next) {
    if (valid_[queue[next]]) {
      reach(this->key(queue[next]), queue[next]);
      continue;
    }
    std::vector<std::uint32_t> path;
    for (std::uint32_t slot = queue[next]; slot != start; slot = reached_from.at(slot))
      path.push_back(slot);
    std::reverse(path.begin(), path.end());
    return path;
  }
  return {};
}

void CuckooTable::copy_key(std::uint32_t from, std::uint32_t to) { set_key(to, key(from)); }

void CuckooTable::set_key(std::uint32_t slot, const std::uint8_t* key) {
  valid_[slot] = 1;
  std::memmove(&keys_[std::size_t(slot) * key_bytes_], key, key_bytes_);
}

void CuckooTable::clear() { std::fill(valid_.begin(), valid_.end(), std::uint8_t{0}); }

} // namespace pw
