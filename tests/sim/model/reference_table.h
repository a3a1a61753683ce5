// What a table means, without rows and clocks: keys, their slots, and who has to go.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace pw::test {

class ReferenceTable {
public:
  using Key = std::vector<std::uint8_t>;
  struct Outcome {
    bool found = false, hit = false;
    std::uint32_t slot = 0;
  };
  ReferenceTable(std::uint32_t entries, bool lru) : entries_(entries), lru_(lru) {}

  Outcome access(const Key& key, bool insert, bool remove, std::uint32_t stamp) {
    if (const auto at = slots_.find(key); at != slots_.end()) {
      const std::uint32_t slot = at->second;
      stamps_[slot] = stamp;
      if (remove) {
        slots_.erase(at);
        free_.push_back(slot);
      }
      return {true, true, slot};
    }
    const auto slot = insert ? free_slot(stamp) : std::nullopt;
    if (!slot)
      return {};
    slots_[key] = *slot;
    stamps_[*slot] = stamp;
    return {false, true, *slot};
  }
  const std::map<Key, std::uint32_t>& slots() const { return slots_; }

private:
  std::optional<std::uint32_t> free_slot(std::uint32_t stamp) {
    if (used_ < entries_)
      return used_++;
    if (!free_.empty()) {
      const std::uint32_t slot = free_.front();
      free_.pop_front();
      return slot;
    }
    return lru_ ? std::optional(victim(stamp)) : std::nullopt;
  }
  std::uint32_t victim(std::uint32_t stamp) {
    const std::uint32_t first = hand_;
    hand_ = hand_ + 4 < entries_ ? hand_ + 4 : 0;
    std::uint32_t oldest = first;
    for (std::uint32_t s = first; s < first + 4 && s < entries_; ++s)
      if (std::uint32_t(stamp - stamps_[s]) > std::uint32_t(stamp - stamps_[oldest]))
        oldest = s;
    std::erase_if(slots_, [&](const auto& entry) { return entry.second == oldest; });
    return oldest;
  }

  std::uint32_t entries_;
  bool lru_;
  std::map<Key, std::uint32_t> slots_;
  std::map<std::uint32_t, std::uint32_t> stamps_;
  std::deque<std::uint32_t> free_; // the one that has been free longest in front
  std::uint32_t used_ = 0, hand_ = 0;
};

} // namespace pw::test
