// What `pipewright estimate` answers, as plain data. docs/estimate.schema.json has the same as
// JSON; reports and sweeps are made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw::nic {

struct RateFigures {
  std::uint64_t frames = 0;
  double mpps = 0; // between the first and the last frame
  double gbps = 0; // on the wire: with preamble, FCS and gap
};

struct LossFigures {
  std::string place; // "port", "receive buffer", "DMA buffer", "host queue", ...
  std::uint64_t frames = 0;
};

struct LatencyBin {
  double from_ns = 0, below_ns = 0;
  std::uint64_t frames = 0;
};

// From the last bit of a frame on the wire to the end that its verdict leads to (docs/model.md).
// Exact to 0.2 %; least and most exactly.
struct LatencyFigures {
  std::uint64_t frames = 0;
  double least_ns = 0, mean_ns = 0, p50_ns = 0, p99_ns = 0, p999_ns = 0, most_ns = 0;
  std::vector<LatencyBin> bins; // ascending, none empty
};

struct VerdictFigures {
  std::string verdict;      // "XDP_PASS", ...; of tc programs TC_ACT_SHOT, _OK (all that passes), _REDIRECT
  std::uint64_t frames = 0; // that got it
  LatencyFigures latency;   // of those that were not lost behind it
};

// One component. A figure that it doesn't have is zero.
struct ComponentFigures {
  std::string name;
  double utilisation = 0; // share of the time in which it was busy, 0 .. 1
  std::uint64_t frames = 0;
  double mean_level = 0, most_level = 0, capacity = 0; // of its queue, in `unit`
  std::string unit;                                    // "bytes", "packets"
  double mean_count = 0;                               // frames in its queue, over time
  double mean_wait_ns = 0;                             // of a frame in its queue
  std::string why; // what its time goes to, in words ("" = nothing to say)
};

// One run of traffic through the NIC.
struct RunFigures {
  RateFigures offered, carried;
  std::uint64_t lost = 0;
  std::vector<LossFigures> losses;          // only places that lost something
  std::vector<VerdictFigures> verdicts;     // all five, in the order of their numbers
  LatencyFigures latency;                   // of all
  std::vector<ComponentFigures> components; // in the order that frames meet them
  double paused = 0; // share of the time in which pause frames held the sender
  double growth = 0; // wait that each unit of time adds; not near 0: too slow for the traffic
};

// The highest rate of this traffic that the NIC carries without loss.
struct LosslessFigures {
  double mpps = 0, gbps = 0;
  bool line_rate = false;   // the port brings no more
  unsigned runs = 0;        // simulations that the search took
  std::uint64_t frames = 0; // in each
  std::string limit;        // component that is the limit; "port" at line rate
};

struct PipelineFigures {
  unsigned stages = 0, regions = 0, window_bytes = 0, bus_bits = 0;
  std::uint64_t register_bits = 0;
  double clock_mhz = 0;
  std::string device;
};

struct CardFigures { // engine nfp
  std::string card;
  unsigned engines = 0, contexts = 0, words = 0;
  double clock_mhz = 0;
  double busy = 0;    // share of the engines' clocks in which one of their contexts ran
  double waiting = 0; // share of the contexts' time in which they waited for memory
  double program_clocks = 0, firmware_clocks = 0, wait_clocks = 0; // a frame
  double queue_clocks = 0; // of a frame's commands, in front of memory units
};

struct EstimateResult {
  std::string program, engine, object_sha256;
  std::string traffic; // the specification, or the capture
  std::uint32_t seed = 0;
  std::string card_file; // name in the card's profile; "" = none
  unsigned port_gbps = 0;
  std::string pcie;
  unsigned queues = 0;
  RunFigures run;
  std::optional<LosslessFigures> lossless;
  std::string bottleneck; // component; "" = nothing is near its limit
  std::string bottleneck_text;
  std::optional<PipelineFigures> pipeline;
  std::optional<CardFigures> card;
};

} // namespace pw::nic
