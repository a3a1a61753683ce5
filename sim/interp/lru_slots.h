// The slots of an LRU map, given out and taken back by the rule that model and hardware follow
// (backends/verilog/README.md, "Tables"), so that all of them evict the same entries. Linux has
// another rule, with lists of active and inactive elements per processor.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace pw::interp {

class LruSlots {
public:
  using Slot = std::uint32_t;
  static constexpr Slot candidates = 4; // of one eviction

  explicit LruSlots(std::uint32_t slots) : slots_(slots) {}

  // A free slot for this key; nullopt: all are taken.
  std::optional<Slot> take(const std::string& key, std::uint32_t stamp);
  // The key that is to be evicted now; moves the hand on. All slots are taken. Its slot is then to
  // be used again with `reuse`.
  Slot victim(std::uint32_t stamp);
  const std::string& key_of(Slot slot) const { return entries_[slot].key; }
  void reuse(Slot, const std::string& key, std::uint32_t stamp);
  void touch(Slot slot, std::uint32_t stamp) { entries_[slot].stamp = stamp; }
  void release(Slot slot) { free_.push_back(slot); }
  void clear();

private:
  struct Entry {
    std::string key;
    std::uint32_t stamp = 0; // index of the packet that used it last
  };

  std::uint32_t slots_;
  std::vector<Entry> entries_; // of slots that were ever used
  std::deque<Slot> free_;      // the one that has been free longest first
  std::uint32_t hand_ = 0;
};

} // namespace pw::interp
