// When frames come: rates and patterns, in whole picoseconds.
#pragma once

#include "sim/traffic/random.h"

#include <cstddef>
#include <cstdint>

namespace pw {

enum class ArrivalPattern { Constant, Poisson, Burst };

struct ArrivalSpec {
  double gbps = 100; // on the wire: frames of at least 64 bytes with FCS, and 20 bytes each
  double mpps = 0;   // if not 0: packets, whatever their size, instead of gbps
  ArrivalPattern pattern = ArrivalPattern::Constant;
  unsigned burst = 1; // Burst: frames that come at once; the pause behind them makes up for it
};

class Arrivals {
public:
  Arrivals(const ArrivalSpec& spec, std::uint32_t seed)
      : spec_(spec), random_(std::uint64_t{seed} << 32 ^ 0xa441a7e5ull) {}

  // Time of the next frame, of `bytes` without FCS, in ps since the first one's.
  std::uint64_t next(std::size_t bytes);

private:
  ArrivalSpec spec_;
  traffic::Random random_;
  double now_ = 0, owed_ = 0; // owed: pause for the frames of this burst
  unsigned in_burst_ = 0;
};

} // namespace pw
