#include "sim/model/feed.h"

#include "sim/trace_format.h"
#include "support/control_format.h"

#include <algorithm>

namespace pw {

std::uint64_t settle_clocks(const pipeline::Pipeline& pipeline) {
  unsigned longest = 0;
  for (const auto& region : pipeline.regions)
    for (const auto& interlock : region.interlocks)
      longest = std::max(longest, interlock.distance);
  return 16 + longest;
}

std::uint64_t pause_clocks(const pipeline::Pipeline& pipeline) {
  return settle_clocks(pipeline) + 64;
}

std::vector<std::uint64_t> offer_clocks(std::span<const Packet> packets, const EngineInput& input) {
  std::vector<std::uint64_t> clocks(packets.size());
  if (!input.pace_capture)
    return clocks;
  const double clocks_per_ns = input.pipeline->clock_mhz / 1000;
  std::uint64_t latest = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const std::uint64_t start = packets.front().time_ns, time = packets[i].time_ns;
    if (time > start)
      latest = std::max(latest, std::uint64_t(double(time - start) * clocks_per_ns));
    clocks[i] = latest;
  }
  return clocks;
}

namespace {
bool ready(const EngineInput& input, std::uint64_t clock, std::uint32_t sink) {
  return input.stall_percent == 0 ||
         random_u32(input.stall_seed, std::uint32_t(clock), sink) % 100 >= input.stall_percent;
}
} // namespace

bool sink_ready(const EngineInput& input, std::uint64_t clock) { return ready(input, clock, 0); }
bool event_sink_ready(const EngineInput& input, std::uint64_t clock) {
  return ready(input, clock, 1);
}

std::uint64_t packet_time(const Packet& packet, std::uint64_t packet_index,
                          const Environment& environment) {
  return environment.time == Environment::Time::Capture ? packet.time_ns : packet_index * 4;
}

std::uint32_t packet_ifindex(const Packet& packet, const Environment& environment) {
  return packet.operation ? control::mark : environment.ifindex;
}

void add_trace_line(std::vector<std::string>& lines, const pipeline::Pipeline& pipeline,
                    std::uint32_t format, std::span<const std::uint64_t> args) {
  if (auto line = format_trace(pipeline.trace_formats.at(format), args))
    lines.push_back(std::move(*line));
}

void check_lengths(std::span<const Packet> packets) {
  constexpr std::size_t longest = 32000;
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (packets[i].bytes.size() > longest)
      throw Failure(diagnose("PW-IN-090", "packet " + std::to_string(i) + " is too long")
                        .limited(std::to_string(longest) + " bytes",
                                 std::to_string(packets[i].bytes.size()) + " bytes")
                        .help("cut the capture to frames that a NIC can receive"));
}

} // namespace pw
