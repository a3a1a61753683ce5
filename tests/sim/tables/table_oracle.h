// What a table whose keys come and go has to answer, without rows, stash or clocks: a map from keys
// to slots, the list of free slots, and the rule for victims.
#pragma once

#include "sim/tables/dynamic_table.h"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace pw::test {

class TableOracle {
public:
  explicit TableOracle(const DynamicTable::Shape& s) : shape_(s), owner_(s.max_entries) {}

  DynamicTable::Result access(const std::vector<std::uint8_t>& key, bool insert, bool remove,
                              std::uint32_t stamp) {
    if (auto it = slots_.find(key); it != slots_.end()) {
      const std::uint32_t slot = it->second;
      owner_[slot].stamp = stamp;
      if (remove) {
        slots_.erase(it);
        freed_.push_back(slot);
      }
      return {.found = true, .hit = true, .slot = slot};
    }
    if (!insert)
      return {};
    const std::optional<std::uint32_t> slot = free_slot(stamp);
    if (!slot)
      return {};
    slots_[key] = *slot;
    owner_[*slot] = {key, stamp};
    return {.found = false, .hit = true, .slot = *slot};
  }
  DynamicTable::Result find(const std::vector<std::uint8_t>& key) const {
    const auto it = slots_.find(key);
    if (it == slots_.end())
      return {};
    return {.found = true, .hit = true, .slot = it->second};
  }
  void clear() { *this = TableOracle(shape_); }
  const std::map<std::vector<std::uint8_t>, std::uint32_t>& slots() const { return slots_; }
  std::uint64_t evictions() const { return evictions_; }

private:
  struct Owner {
    std::vector<std::uint8_t> key;
    std::uint32_t stamp = 0;
  };
  std::optional<std::uint32_t> free_slot(std::uint32_t now) {
    if (slots_.size() == shape_.max_entries)
      return shape_.lru ? std::optional(evict(now)) : std::nullopt;
    if (fresh_ < shape_.max_entries)
      return fresh_++;
    const std::uint32_t slot = freed_.front();
    freed_.pop_front();
    return slot;
  }
  std::uint32_t evict(std::uint32_t now) {
    const std::uint32_t groups = (shape_.max_entries + 3) / 4;
    std::uint32_t victim = 4 * hand_;
    for (std::uint32_t s = victim; s < 4 * hand_ + 4 && s < shape_.max_entries; ++s)
      if (std::uint32_t(now - owner_[s].stamp) > std::uint32_t(now - owner_[victim].stamp))
        victim = s;
    hand_ = (hand_ + 1) % groups;
    slots_.erase(owner_[victim].key);
    ++evictions_;
    return victim;
  }

  DynamicTable::Shape shape_;
  std::map<std::vector<std::uint8_t>, std::uint32_t> slots_;
  std::vector<Owner> owner_;
  std::deque<std::uint32_t> freed_;
  std::uint32_t fresh_ = 0, hand_ = 0;
  std::uint64_t evictions_ = 0;
};

} // namespace pw::test
