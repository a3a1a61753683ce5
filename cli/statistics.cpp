#include "cli/statistics.h"

#include <algorithm>

namespace pw::cli {

namespace {

std::uint64_t beats(std::size_t bytes, unsigned bus_bytes) {
  return std::max<std::size_t>(1, (bytes + bus_bytes - 1) / bus_bytes);
}

} // namespace

std::optional<Throughput> throughput(std::span<const Packet> packets,
                                     std::span<const PacketResult> results, unsigned bus_bytes) {
  const std::size_t n = results.size();
  if (n < 2 || !results.front().cycle_in || !results.back().cycle_in)
    return std::nullopt;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < n; ++i) {
    in += beats(packets[i].bytes.size(), bus_bytes);
    if (leaves(results[i]))
      out += beats(results[i].bytes.size(), bus_bytes);
  }
  const std::uint64_t clocks = *results.back().cycle_in - *results.front().cycle_in;
  if (clocks == 0)
    return std::nullopt;
  return Throughput{double(n - 1) / double(clocks),
                    double(n) / double(std::max<std::uint64_t>({n, in, out}))};
}

std::optional<Latency> latency(std::span<const PacketResult> results) {
  std::vector<std::uint64_t> clocks;
  for (const PacketResult& r : results)
    if (r.cycle_in && r.cycle_out)
      clocks.push_back(*r.cycle_out - *r.cycle_in);
  if (clocks.empty())
    return std::nullopt;
  std::sort(clocks.begin(), clocks.end());
  const auto at = [&](double share) {
    return clocks[std::size_t(share * double(clocks.size() - 1))];
  };
  return Latency{clocks.front(), at(0.5), at(0.99), clocks.back()};
}

} // namespace pw::cli
