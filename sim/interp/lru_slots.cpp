#include "sim/interp/lru_slots.h"

#include <algorithm>

namespace pw::interp {

std::optional<LruSlots::Slot> LruSlots::take(const std::string& key, std::uint32_t stamp) {
  if (entries_.size() < slots_) {
    entries_.push_back({key, stamp});
    return static_cast<Slot>(entries_.size() - 1);
  }
  if (free_.empty())
    return std::nullopt;
  const Slot slot = free_.front();
  free_.pop_front();
  reuse(slot, key, stamp);
  return slot;
}

LruSlots::Slot LruSlots::victim(std::uint32_t stamp) {
  const Slot first = candidates * hand_, end = std::min(first + candidates, slots_);
  hand_ = (hand_ + 1) % ((slots_ + candidates - 1) / candidates);
  const auto age = [&](Slot slot) -> std::uint32_t { return stamp - entries_[slot].stamp; };
  Slot oldest = first;
  for (Slot slot = first + 1; slot < end; ++slot)
    if (age(slot) > age(oldest))
      oldest = slot;
  return oldest;
}

void LruSlots::reuse(Slot slot, const std::string& key, std::uint32_t stamp) {
  entries_[slot] = {key, stamp};
}

void LruSlots::clear() {
  entries_.clear();
  free_.clear();
  hand_ = 0;
}

} // namespace pw::interp
