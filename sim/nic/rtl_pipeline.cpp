// The Verilated pipeline, driven by the harness of the engine `rtl`.
#include "backends/verilog/structure.h"
#include "sim/model/feed.h"
#include "sim/nic/clocked.h"
#include "sim/rtl/design.h"
#include "sim/rtl/memories.h"

namespace pw::nic {

namespace {

class RtlPipeline final : public ClockedPipeline {
public:
  explicit RtlPipeline(const EngineInput& input)
      : input_(input), tables_(*input.object, *input.pipeline),
        simulator_(rtl::build_simulator_of(input), input.environment.cpu, input.environment.seed,
                   input.trace_file),
        memories_(simulator_, tables_), pause_(pause_clocks(*input.pipeline)) {
    memories_.load();
  }

  void set_maps(const MapState& state) override {
    memories_.dump();
    tables_.set(state);
    memories_.load();
  }

  Taken take(const Offer& offer, std::uint64_t from) override {
    const Environment& e = input_.environment;
    const std::uint64_t time = e.time == Environment::Time::Capture ? offer.time_ns : offered_ * 4;
    ++offered_;
    const PwRtlTaken taken =
        simulator_.take({offer.bytes, offer.length, e.ifindex, e.rx_queue, time, from}, pause_);
    return {taken.first, taken.last};
  }

  void advance(std::uint64_t clock) override { simulator_.advance(clock, pause_); }
  void drain() override { simulator_.drain(); }
  std::uint64_t now() const override { return simulator_.cycles(); }

  const std::vector<Result>& results() override {
    results_.clear();
    for (const PwRtlResult& r : simulator_.results())
      results_.push_back({r.cycle_out, r.retval, r.length, r.redirect_map});
    return results_;
  }

  std::map<std::string, std::uint64_t> held() const override {
    std::map<std::string, std::uint64_t> held;
    const std::uint64_t* clocks = simulator_.held();
    for (const unsigned map : verilog::holding_maps(*input_.pipeline))
      held[input_.pipeline->maps[map].name] = *clocks++;
    return held;
  }

private:
  EngineInput input_;
  HostTables tables_;
  mutable rtl::Simulator simulator_;
  rtl::Memories memories_;
  std::uint64_t pause_, offered_ = 0;
  std::vector<Result> results_;
};

} // namespace

std::unique_ptr<ClockedPipeline> make_rtl_pipeline(const EngineInput& input) {
  return std::make_unique<RtlPipeline>(input);
}

} // namespace pw::nic
