// The pipeline as a module of SystemC that Verilator has made, at its own clock in the NIC's
// kernel.
#include "sim/nic/rtl_common.h"
#include "sim/nic/units.h"
#include "sim/rtl/design.h"
#include "sim/rtl/memories.h"
#include "sim/rtl/systemc_module.h"

#include <systemc>

namespace pw::nic {

namespace {

class RtlModule final : public ClockedPipeline {
public:
  explicit RtlModule(const EngineInput& input)
      : traffic_(input), tables_(*input.object, *input.pipeline),
        module_(rtl::build_systemc_module_of(input), "pipeline",
                Clock(input.pipeline->clock_mhz).hz(), input.environment.cpu,
                input.environment.seed, [this] { clocked(); }),
        memories_(module_, tables_) {}

  void set_maps(const MapState& state) override {
    if (begun_)
      memories_.dump();
    tables_.set(state);
    loaded_ = false;
  }
  void begin() override;
  void when_results(std::function<void()> listener) override { listener_ = std::move(listener); }
  bool in_kernel_time() const override { return true; }

  Taken take(const Offer&, std::uint64_t from) override;
  void advance(std::uint64_t) override {} // the kernel does
  void drain() override;
  std::uint64_t now() const override { return module_.cycles(); }
  const std::vector<Result>& results() override { return traffic_.results(module_.results()); }
  std::map<std::string, std::uint64_t> held() const override {
    return traffic_.held(module_.held());
  }

private:
  void clocked();
  template <typename Reached> void wait_until(const Reached&);

  RtlTraffic traffic_;
  HostTables tables_;
  rtl::SystemcModule module_;
  rtl::Memories memories_;
  std::function<void()> listener_;
  std::function<bool()> awaited_; // empty: nobody waits
  sc_core::sc_event there_{"there"};
  std::exception_ptr error_;
  bool begun_ = false, loaded_ = false;
};

// Reset and the host's accesses take clocks but no time: the first clock of the traffic is at time
// 0, as with the other pipelines.
void RtlModule::begin() {
  if (!begun_)
    module_.reset();
  begun_ = true;
  if (!loaded_)
    memories_.load();
  loaded_ = true;
}

void RtlModule::clocked() {
  try {
    listener_();
  } catch (...) {
    error_ = std::current_exception();
  }
  if (awaited_ && (awaited_() || error_ || module_.error() != nullptr))
    there_.notify();
}

template <typename Reached> void RtlModule::wait_until(const Reached& reached) {
  awaited_ = reached;
  while (!reached() && !error_ && module_.error() == nullptr)
    sc_core::wait(there_);
  awaited_ = nullptr;
  if (error_)
    std::rethrow_exception(error_);
  if (module_.error() != nullptr)
    rtl::misbehaves(module_.error());
}

ClockedPipeline::Taken RtlModule::take(const Offer& offer, std::uint64_t from) {
  PwRtlTaken taken = {};
  module_.offer(traffic_.packet(offer, from), traffic_.pause());
  wait_until([&] { return module_.taken(taken); });
  return {taken.first, taken.last};
}

void RtlModule::drain() {
  if (traffic_.offered() != 0)
    wait_until([this] { return module_.empty(); });
}

} // namespace

std::unique_ptr<ClockedPipeline> make_rtl_module(const EngineInput& input) {
  return std::make_unique<RtlModule>(input);
}

} // namespace pw::nic
