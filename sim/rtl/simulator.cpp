#include "sim/rtl/simulator.h"

#include "support/diagnostic.h"

#include <dlfcn.h>

namespace pw::rtl {

namespace {
[[noreturn]] void misbehaves(const std::string& what) {
  throw Failure(diagnose("PW-RTL-105", "the simulated hardware misbehaves: " + what));
}
} // namespace

template <typename Function> Function Simulator::symbol(const char* name) {
  void* address = dlsym(library_, name);
  if (!address)
    throw Failure(diagnose("PW-RTL-103", std::string("the simulator has no function ") + name));
  return reinterpret_cast<Function>(address);
}

void Simulator::load(const std::filesystem::path& library) {
  library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library_)
    throw Failure(
        diagnose("PW-RTL-103", std::string("the simulator can't be loaded: ") + dlerror()));
  destroy_ = symbol<PwRtlDestroy>("pw_rtl_destroy");
  run_ = symbol<PwRtlRunAll>("pw_rtl_run");
  host_ = symbol<PwRtlHost>("pw_rtl_host");
  cycles_ = symbol<PwRtlCycles>("pw_rtl_cycles");
  take_ = symbol<PwRtlTake>("pw_rtl_take");
  advance_ = symbol<PwRtlAdvance>("pw_rtl_advance");
  drain_ = symbol<PwRtlDrain>("pw_rtl_drain");
  results_ = symbol<PwRtlResults>("pw_rtl_results");
  held_ = symbol<PwRtlHeld>("pw_rtl_held");
}

Simulator::Simulator(const std::filesystem::path& library, std::uint32_t cpu, std::uint32_t seed,
                     const std::string& trace_file) {
  load(library);
  hardware_ = symbol<PwRtlCreate>("pw_rtl_create")(
      cpu, seed, trace_file.empty() ? nullptr : trace_file.c_str());
  if (!hardware_)
    misbehaves("it does not come out of reset");
}

Simulator::~Simulator() {
  if (hardware_)
    destroy_(hardware_);
  if (library_)
    dlclose(library_);
}

void Simulator::run(PwRtlRun& run) {
  run_(hardware_, &run);
  if (run.error)
    misbehaves(run.error);
}

void Simulator::access(const PwRtlAccess& access) {
  if (!host_(hardware_, &access))
    misbehaves("the host port does not answer");
}

PwRtlTaken Simulator::take(const PwRtlPacket& packet, std::uint64_t pause) {
  PwRtlTaken taken = {};
  if (const char* error = take_(hardware_, &packet, pause, &taken))
    misbehaves(error);
  return taken;
}

void Simulator::advance(std::uint64_t until, std::uint64_t pause) {
  if (const char* error = advance_(hardware_, until, pause))
    misbehaves(error);
}

void Simulator::drain() {
  if (const char* error = drain_(hardware_))
    misbehaves(error);
}

std::span<const PwRtlResult> Simulator::results() {
  const PwRtlResult* results = nullptr;
  const std::uint64_t count = results_(hardware_, &results);
  return {results, count};
}

} // namespace pw::rtl
