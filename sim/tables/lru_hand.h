// Which slot a full LRU table gives up (backends/verilog/README.md, "Tables"; pw_table_lru). A rule
// on the order of accesses, not on clocks.
#pragma once

#include <cstdint>
#include <vector>

namespace pw {

class LruHand {
public:
  explicit LruHand(std::uint32_t entries) : stamps_(entries) {}
  void restart() { hand_ = 0; }
  void touch(std::uint32_t slot, std::uint32_t stamp) { stamps_[slot] = stamp; }
  // The slot to be given up by an access with stamp `now`; the hand moves on.
  std::uint32_t victim(std::uint32_t now) {
    const std::uint32_t first = 4 * hand_, entries = std::uint32_t(stamps_.size());
    std::uint32_t best = first;
    for (std::uint32_t s = first + 1; s < first + 4 && s < entries; ++s)
      if (now - stamps_[s] > now - stamps_[best])
        best = s;
    hand_ = first + 4 < entries ? hand_ + 1 : 0;
    return best;
  }

private:
  std::vector<std::uint32_t> stamps_;
  std::uint32_t hand_ = 0;
};

} // namespace pw
