// The Verilated pipeline, driven by the harness of the engine `rtl`.
#include "sim/nic/clocked.h"
#include "sim/nic/rtl_common.h"
#include "sim/rtl/design.h"
#include "sim/rtl/memories.h"
#include "sim/rtl/simulator.h"

namespace pw::nic {

namespace {

class RtlPipeline final : public ClockedPipeline {
public:
  explicit RtlPipeline(const EngineInput& input)
      : traffic_(input), tables_(*input.object, *input.pipeline),
        simulator_(rtl::build_simulator_of(input), input.environment.cpu, input.environment.seed,
                   input.trace_file),
        memories_(simulator_, tables_) {
    memories_.load();
  }

  void set_maps(const MapState& state) override {
    memories_.dump();
    tables_.set(state);
    memories_.load();
  }

  Taken take(const Offer& offer, std::uint64_t from) override {
    const PwRtlTaken taken = simulator_.take(traffic_.packet(offer, from), traffic_.pause());
    return {taken.first, taken.last};
  }

  void advance(std::uint64_t clock) override { simulator_.advance(clock, traffic_.pause()); }
  void drain() override { simulator_.drain(); }
  std::uint64_t now() const override { return simulator_.cycles(); }
  const std::vector<Result>& results() override { return traffic_.results(simulator_.results()); }
  std::map<std::string, std::uint64_t> held() const override {
    return traffic_.held(simulator_.held());
  }

private:
  RtlTraffic traffic_;
  HostTables tables_;
  mutable rtl::Simulator simulator_;
  rtl::Memories memories_;
};

} // namespace

std::unique_ptr<ClockedPipeline> make_rtl_pipeline(const EngineInput& input) {
  return std::make_unique<RtlPipeline>(input);
}

} // namespace pw::nic
