// Frames and results of a ClockedPipeline as the simulators of the RTL have them.
#pragma once

#include "backends/verilog/structure.h"
#include "sim/model/feed.h"
#include "sim/nic/clocked.h"
#include "sim/rtl/abi.h"

#include <span>

namespace pw::nic {

class RtlTraffic {
public:
  explicit RtlTraffic(const EngineInput& input)
      : input_(input), pause_(pause_clocks(*input.pipeline)) {}

  const EngineInput& input() const { return input_; }
  std::uint64_t pause() const { return pause_; }
  std::uint64_t offered() const { return offered_; }

  // The next packet: by the environment's clock, a packet's time is its number's.
  PwRtlPacket packet(const ClockedPipeline::Offer& offer, std::uint64_t from) {
    const Environment& e = input_.environment;
    const std::uint64_t time = e.time == Environment::Time::Capture ? offer.time_ns : offered_ * 4;
    PwRtlPacket packet = {offer.bytes, offer.length, e.ifindex, e.rx_queue, time, from, {}};
    for (unsigned f = 0; f < skb_input_count; ++f)
      packet.skb[f] = skb_input(e, std::uint32_t(offered_), f);
    ++offered_;
    return packet;
  }

  const std::vector<ClockedPipeline::Result>& results(std::span<const PwRtlResult> results) {
    results_.clear();
    for (const PwRtlResult& r : results)
      results_.push_back({r.cycle_out, r.retval, r.length, r.redirect_map});
    return results_;
  }

  std::map<std::string, std::uint64_t> held(const std::uint64_t* clocks) const {
    std::map<std::string, std::uint64_t> held;
    for (const unsigned map : verilog::holding_maps(*input_.pipeline))
      held[input_.pipeline->maps[map].name] = *clocks++;
    return held;
  }

private:
  EngineInput input_;
  std::uint64_t pause_, offered_ = 0;
  std::vector<ClockedPipeline::Result> results_;
};

} // namespace pw::nic
