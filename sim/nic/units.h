// Time and rates of the NIC: whole picoseconds, so that line rates and most clocks are exact and a
// run gives the same bytes everywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pw::nic {

using Time = std::uint64_t; // ps since the start of the simulation

inline constexpr Time ps_per_ns = 1000;
inline constexpr Time end_of_time = Time{1} << 62;

// Bytes that Ethernet puts around a frame.
inline constexpr unsigned preamble_bytes = 8, fcs_bytes = 4, gap_bytes = 12;
inline constexpr unsigned shortest_frame = 60; // without FCS; shorter ones are padded on the wire

// A frame of `bytes` (without FCS) with preamble, padding and FCS; and with the gap behind it.
constexpr std::uint64_t framed_bytes(std::size_t bytes) {
  return std::max<std::uint64_t>(bytes, shortest_frame) + preamble_bytes + fcs_bytes;
}
constexpr std::uint64_t wire_bytes(std::size_t bytes) { return framed_bytes(bytes) + gap_bytes; }

constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

// A clock whose edge 0 is at time 0. Edges of clocks whose period is no whole number of picoseconds
// are rounded down, without adding up errors.
class Clock {
public:
  explicit Clock(double mhz = 250)
      : hz_(std::uint64_t(mhz * 1e6 + 0.5)), whole_(per_second % hz_ == 0 ? per_second / hz_ : 0) {}

  std::uint64_t hz() const { return hz_; }
  Time edge(std::uint64_t n) const {
    return whole_ != 0 ? n * whole_ : Time(__extension__(unsigned __int128)(n) * per_second / hz_);
  }
  // First edge at or behind t.
  std::uint64_t edge_from(Time t) const {
    if (whole_ != 0)
      return ceil_div(t, whole_);
    auto n = std::uint64_t(__extension__(unsigned __int128)(t) * hz_ / per_second);
    while (edge(n) < t)
      ++n;
    return n;
  }

private:
  static constexpr std::uint64_t per_second = 1'000'000'000'000;
  std::uint64_t hz_, whole_; // whole_: period, if it is a whole number
};

} // namespace pw::nic
