#include "sim/traffic/arrivals.h"

#include <algorithm>
#include <cmath>

namespace pw {

namespace {

constexpr std::size_t fcs = 4, preamble_and_gap = 20, shortest = 60;

double mean_gap(const ArrivalSpec& spec, std::size_t bytes) {
  if (spec.mpps != 0)
    return 1e6 / spec.mpps;
  return double(std::max(bytes, shortest) + fcs + preamble_and_gap) * 8000 / spec.gbps;
}

} // namespace

std::uint64_t Arrivals::next(std::size_t bytes) {
  const auto time = static_cast<std::uint64_t>(now_);
  double gap = mean_gap(spec_, bytes);
  if (spec_.pattern == ArrivalPattern::Poisson)
    gap *= -std::log1p(-random_.unit());
  owed_ += gap;
  if (spec_.pattern != ArrivalPattern::Burst || ++in_burst_ >= spec_.burst) {
    now_ += owed_;
    owed_ = 0;
    in_burst_ = 0;
  }
  return time;
}

} // namespace pw
