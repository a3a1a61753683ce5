// The pipeline as a module of SystemC: what `verilator --sc` makes, signals, and a clock of its
// own. Frames go in and results come out as in the harness, at edges of that clock.
#include "sim/nic/units.h"
#include "sim/rtl/harness.h"

namespace pw::rtl {

namespace {

using sc_core::sc_time;

// Clock n lasts from edge n to edge n + 1, at which the hardware's registers change; inputs change
// in its middle. A clock in which nothing is to be done does not run.
class Pipeline : public sc_core::sc_module {
public:
  Pipeline(const sc_core::sc_module_name& name, std::uint64_t hz, std::uint32_t cpu,
           std::uint32_t seed, const PwScClient& client)
      : sc_module(name), simulator(cpu, seed, nullptr), clock_(double(hz) / 1e6), client_(client) {
    SC_HAS_PROCESS(Pipeline);
    SC_METHOD(half_a_clock);
    dont_initialize();
    sensitive << go_;
  }

  void offer(const PwRtlPacket& packet, std::uint64_t pause) {
    pause_ = pause;
    if (!running_) {
      running_ = true;
      simulator.skip_to(packet.offer);
      go_.notify(until(middle()));
    }
    simulator.push(packet);
  }

  Simulator simulator;

private:
  nic::Time middle() const {
    const nic::Time begin = clock_.edge(simulator.cycles());
    return begin + (clock_.edge(simulator.cycles() + 1) - begin) / 2;
  }
  static sc_time until(nic::Time time) {
    return sc_time::from_value(time - sc_core::sc_time_stamp().value());
  }

  void half_a_clock() {
    if (!low_) {
      simulator.begin_clock();
      low_ = true;
      next_trigger(until(clock_.edge(simulator.cycles() + 1)));
      return;
    }
    low_ = false;
    simulator.end_clock();
    client_.clocked(client_.self);
    running_ =
        simulator.error() == nullptr && !(simulator.pushed_all() && simulator.resting(pause_));
    if (running_)
      next_trigger(until(middle()));
    // else: by default, at the next `go_`
  }

  nic::Clock clock_;
  PwScClient client_;
  sc_core::sc_event go_{"go"};
  std::uint64_t pause_ = 0;
  bool running_ = false, low_ = false;
};

Pipeline& of(void* module) { return *static_cast<Pipeline*>(module); }

} // namespace

} // namespace pw::rtl

using namespace pw::rtl;

#define PW_EXPORT extern "C" __attribute__((visibility("default")))

PW_EXPORT void* pw_sc_create(const char* name, std::uint64_t hz, std::uint32_t cpu,
                             std::uint32_t seed, const PwScClient* client) {
  return new Pipeline(name, hz, cpu, seed, *client);
}

PW_EXPORT void pw_sc_destroy(void* module) { delete &of(module); }

PW_EXPORT bool pw_sc_reset(void* module) {
  if (!of(module).simulator.reset())
    return false;
  of(module).simulator.begin_stream();
  return true;
}

PW_EXPORT bool pw_sc_host(void* module, const PwRtlAccess* access) {
  return of(module).simulator.host(*access);
}

PW_EXPORT void pw_sc_offer(void* module, const PwRtlPacket* packet, std::uint64_t pause) {
  of(module).offer(*packet, pause);
}

PW_EXPORT bool pw_sc_taken(void* module, PwRtlTaken* taken) {
  if (!of(module).simulator.pushed_all())
    return false;
  *taken = of(module).simulator.last_taken();
  return true;
}

PW_EXPORT bool pw_sc_empty(void* module) { return of(module).simulator.empty(); }

PW_EXPORT const char* pw_sc_error(void* module) { return of(module).simulator.error(); }

PW_EXPORT std::uint64_t pw_sc_results(void* module, const PwRtlResult** results) {
  return of(module).simulator.results(results);
}

PW_EXPORT const std::uint64_t* pw_sc_held(void* module) { return of(module).simulator.held(); }

PW_EXPORT std::uint64_t pw_sc_cycles(void* module) { return of(module).simulator.cycles(); }
