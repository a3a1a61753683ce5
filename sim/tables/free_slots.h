// The free slots of a table: those that were never used, lowest first, then those given back,
// oldest first (pw_table_slots).
#pragma once

#include <cstdint>
#include <vector>

namespace pw {

class FreeSlots {
public:
  explicit FreeSlots(std::uint32_t entries) : given_(entries) {}
  void restart() { fresh_ = used_ = head_ = waiting_ = 0; }
  bool full() const { return used_ == given_.size(); }
  std::uint32_t used() const { return used_; }
  // Not when full.
  std::uint32_t take() {
    ++used_;
    if (fresh_ < given_.size())
      return fresh_++;
    const std::uint32_t slot = given_[head_];
    head_ = (head_ + 1) % given_.size();
    --waiting_;
    return slot;
  }
  void give(std::uint32_t slot) {
    --used_;
    given_[(std::uint64_t(head_) + waiting_++) % given_.size()] = slot;
  }

private:
  std::vector<std::uint32_t> given_; // ring
  std::uint32_t fresh_ = 0, used_ = 0, head_ = 0, waiting_ = 0;
};

} // namespace pw
