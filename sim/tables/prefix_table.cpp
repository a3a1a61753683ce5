#include "sim/tables/prefix_table.h"

#include <algorithm>

namespace pw {

namespace {

std::uint32_t length_of(const std::uint8_t* key) {
  return key[0] | key[1] << 8 | key[2] << 16 | std::uint32_t(key[3]) << 24;
}

} // namespace

PrefixTable::PrefixTable(const DynamicTable::Shape& s)
    : shape_(s), key_bytes_(s.key_bytes), data_bits_(8 * (s.key_bytes - 4)),
      of_length_(data_bits_ + 1), keys_(std::size_t(s.max_entries) * s.key_bytes),
      taken_(s.max_entries), slots_(s.max_entries) {
  for (auto& r : results_)
    r.resize(1 + s.finds);
}

void PrefixTable::clear() {
  entries_.clear();
  std::ranges::fill(of_length_, 0U);
  std::fill(taken_.begin(), taken_.end(), false);
  slots_.restart();
  for (auto& r : results_)
    std::ranges::fill(r, Result{});
  on_the_way_ = 0;
}

// Bits behind the prefix don't count.
PrefixTable::Prefix PrefixTable::prefix(const std::uint8_t* key, std::uint32_t length) const {
  std::vector<std::uint8_t> data(key + 4, key + key_bytes_);
  for (std::uint32_t at = 0; at < data.size(); ++at) {
    const std::uint32_t bits = length <= 8 * at ? 0 : std::min(length - 8 * at, 8U);
    data[at] &= std::uint8_t(0xff00 >> bits);
  }
  return {length, std::move(data)};
}

std::uint32_t PrefixTable::exact(const std::uint8_t* key) const {
  const std::uint32_t length = length_of(key);
  if (length > data_bits_ || of_length_[length] == 0)
    return nowhere;
  const auto entry = entries_.find(prefix(key, length));
  return entry == entries_.end() ? nowhere : entry->second;
}

std::uint32_t PrefixTable::longest(const std::uint8_t* key) const {
  if (length_of(key) > data_bits_)
    return nowhere;
  for (std::uint32_t length = length_of(key) + 1; length-- > 0;) {
    if (of_length_[length] == 0)
      continue;
    if (const auto entry = entries_.find(prefix(key, length)); entry != entries_.end())
      return entry->second;
  }
  return nowhere;
}

PrefixTable::Result PrefixTable::found(std::uint32_t slot) const {
  return slot == nowhere ? Result{} : Result{.found = true, .hit = true, .slot = slot};
}

PrefixTable::Result PrefixTable::access(const std::uint8_t* key, bool insert, bool remove,
                                        bool replace) {
  const std::uint32_t length = length_of(key);
  std::uint32_t slot = exact(key);
  Result result = found(slot);
  if (slot != nowhere && remove) {
    entries_.erase(prefix(key, length));
    --of_length_[length];
    taken_[slot] = false;
    slots_.give(slot);
    return result;
  }
  if (slot == nowhere) {
    if (!insert || length > data_bits_ || slots_.full())
      return result;
    slot = slots_.take();
    entries_.emplace(prefix(key, length), slot);
    ++of_length_[length];
    taken_[slot] = true;
    result = {.found = false, .hit = true, .slot = slot};
  } else if (!replace) {
    return result;
  }
  std::copy_n(key, key_bytes_, &keys_[std::size_t(slot) * key_bytes_]);
  return result;
}

PrefixTable::Result PrefixTable::clock(const Access& a, std::span<const Find> finds) {
  std::vector<Result>& place = results_[now_++ % latency];
  const Result answered = place[0];
  std::ranges::fill(place, Result{});
  bool any = a.enable;
  for (std::size_t i = 0; i < finds.size(); ++i)
    if (finds[i].enable) {
      place[i + 1] = find_longest(finds[i].key);
      any = true;
    }
  if (a.enable) {
    const std::uint8_t mode = a.key[key_bytes_];
    place[0] =
        (mode & 1) != 0 ? find_longest(a.key) : access(a.key, a.insert, a.remove, (mode & 2) != 0);
  }
  on_the_way_ = any ? latency : on_the_way_ - (on_the_way_ != 0);
  return answered;
}

PrefixTable::Result PrefixTable::insert(const std::uint8_t* key) {
  return access(key, true, false, true);
}
PrefixTable::Result PrefixTable::remove(const std::uint8_t* key) {
  return access(key, false, true, false);
}

PrefixTable::Entry PrefixTable::place(std::uint32_t slot) const {
  return taken_[slot] ? Entry{&keys_[std::size_t(slot) * key_bytes_], slot} : Entry{};
}

} // namespace pw
