// Random numbers that are the same on every machine (the standard library's distributions are not).
#pragma once

#include "support/hash.h"

#include <cstdint>

namespace pw::traffic {

class Random {
public:
  explicit Random(std::uint64_t seed) : state_(splitmix64(seed)) {}

  std::uint64_t bits() { return splitmix64(state_++); }
  std::uint32_t below(std::uint32_t limit) { // 0 if limit is 0
    return limit == 0 ? 0 : static_cast<std::uint32_t>(bits() % limit);
  }
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + below(high - low + 1);
  }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; } // [0, 1)
  bool chance(double share) { return unit() < share; }

private:
  std::uint64_t state_;
};

} // namespace pw::traffic
