// Figures of one run, for the table that `run` prints.
#pragma once

#include "sim/engine.h"

#include <optional>
#include <span>
#include <vector>

namespace pw::cli {

struct Throughput {
  double packets_per_clock = 0; // N / clocks from the first beat in to the last beat in, or from
                                // the first result to the last beat out if that is longer
  double bound = 0;             // what the bus allows: N / max(N, beats in, beats out)
};

struct Latency { // clocks from the first beat in to the first beat out (or the verdict, for a
                 // dropped packet)
  std::uint64_t min = 0, p50 = 0, p99 = 0, max = 0;
};

// nullopt: the engine has no clock, or there are fewer than two packets (throughput) or none
// (latency).
std::optional<Throughput> throughput(std::span<const Packet>, std::span<const PacketResult>,
                                     unsigned bus_bytes);
std::optional<Latency> latency(std::span<const PacketResult>);

} // namespace pw::cli
