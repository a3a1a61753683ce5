#include "sim/tables/lpm.h"

#include <algorithm>
#include <cstring>

namespace pw {

namespace {

std::uint32_t length_of(const std::uint8_t* key) {
  return key[0] | key[1] << 8 | key[2] << 16 | static_cast<std::uint32_t>(key[3]) << 24;
}

// Bits of byte `at` that are behind a prefix of this length.
std::uint8_t free_bits(std::uint32_t length, std::size_t at) {
  const std::size_t first = 8 * at;
  return length <= first ? 0xff : length >= first + 8 ? 0 : std::uint8_t(0xff >> (length - first));
}

// The key before this one, which is not zero.
void decrement(std::vector<std::uint8_t>& key) {
  for (std::size_t at = key.size(); at-- > 0;)
    if (key[at]-- != 0)
      return;
}

bool is_zero(const std::vector<std::uint8_t>& key) {
  return std::all_of(key.begin(), key.end(), [](std::uint8_t byte) { return byte == 0; });
}

} // namespace

LpmTable::LpmTable(unsigned data_bytes) : data_bytes_(data_bytes) { build(); }

void LpmTable::clear() {
  keys_.clear();
  slots_.clear();
  build();
}

std::uint32_t LpmTable::add(std::span<const std::uint8_t> key) {
  const std::uint32_t length = length_of(key.data());
  Bytes first(key.begin() + 4, key.end());
  for (std::size_t at = 0; at < first.size(); ++at)
    first[at] &= std::uint8_t(~free_bits(length, at));
  const auto [entry, fresh] =
      slots_.try_emplace({std::move(first), length}, std::uint32_t(slots_.size()));
  if (fresh)
    keys_.insert(keys_.end(), key.begin(), key.end());
  else
    std::copy(key.begin(), key.end(), keys_.begin() + std::ptrdiff_t(entry->second * key.size()));
  return entry->second;
}

void LpmTable::end_interval(const Bytes& last, std::uint64_t handle) {
  if (!handles_.empty() && std::memcmp(last.data(), this->last(rows() - 1), data_bytes_) <= 0)
    return; // empty
  lasts_.insert(lasts_.end(), last.begin(), last.end());
  handles_.push_back(handle);
}

// From left to right. Prefixes nest, so those that hold the current key are a stack.
void LpmTable::build() {
  lasts_.clear();
  handles_.clear();
  std::vector<std::pair<Bytes, std::uint64_t>> open = {{Bytes(data_bytes_, 0xff), 0}};
  for (const auto& [prefix, slot] : slots_) {
    const auto& [first, length] = prefix;
    while (open.back().first < first) {
      end_interval(open.back().first, open.back().second);
      open.pop_back();
    }
    if (!is_zero(first)) {
      Bytes before = first;
      decrement(before);
      end_interval(before, open.back().second);
    }
    Bytes last = first;
    for (std::size_t at = 0; at < last.size(); ++at)
      last[at] |= free_bits(length, at);
    open.emplace_back(std::move(last), std::uint64_t{slot} << 1 | 1);
  }
  for (; !open.empty(); open.pop_back())
    end_interval(open.back().first, open.back().second);
}

std::uint64_t LpmTable::find(const std::uint8_t* data) const {
  std::size_t low = 0, high = rows() - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (std::memcmp(last(middle), data, data_bytes_) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return handles_[low];
}

} // namespace pw
