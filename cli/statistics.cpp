#include "cli/statistics.h"

#include <algorithm>

namespace pw::cli {

namespace {

std::uint64_t beats(std::size_t bytes, unsigned bus_bytes) {
  return std::max<std::size_t>(1, (bytes + bus_bytes - 1) / bus_bytes);
}

// Clocks from the first beat to the last one.
class Span {
public:
  void add(std::uint64_t cycle, std::uint64_t beats) {
    first_ = std::min(first_, cycle);
    end_ = std::max(end_, cycle + beats);
  }
  std::uint64_t clocks() const { return end_ > first_ ? end_ - first_ : 0; }

private:
  std::uint64_t first_ = ~std::uint64_t(0), end_ = 0;
};

} // namespace

// What the output holds up waits in front of it for a while, so that both ends are looked at: the
// slower one is the rate.
std::optional<Throughput> throughput(std::span<const Packet> packets,
                                     std::span<const PacketResult> results, unsigned bus_bytes) {
  const std::size_t n = results.size();
  if (n < 2 || !results.front().cycle_in || !results.back().cycle_in)
    return std::nullopt;
  std::uint64_t in = 0, out = 0;
  Span entering, leaving;
  for (std::size_t i = 0; i < n; ++i) {
    const PacketResult& r = results[i];
    const std::uint64_t beats_in = beats(packets[i].bytes.size(), bus_bytes);
    const std::uint64_t beats_out = leaves(r) ? beats(r.bytes.size(), bus_bytes) : 0;
    in += beats_in;
    out += beats_out;
    if (r.cycle_in)
      entering.add(*r.cycle_in, beats_in);
    if (r.cycle_out)
      leaving.add(*r.cycle_out, std::max<std::uint64_t>(1, beats_out));
  }
  return Throughput{double(n) / double(std::max(entering.clocks(), leaving.clocks())),
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
