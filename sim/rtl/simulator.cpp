#include "sim/rtl/simulator.h"

namespace pw::rtl {

Simulator::Simulator(const std::filesystem::path& library, std::uint32_t cpu, std::uint32_t seed,
                     const std::string& trace_file)
    : library_(library) {
  load();
  hardware_ = library_.symbol<PwRtlCreate>("pw_rtl_create")(
      cpu, seed, trace_file.empty() ? nullptr : trace_file.c_str());
  if (!hardware_)
    misbehaves("it does not come out of reset");
}

void Simulator::load() {
  destroy_ = library_.symbol<PwRtlDestroy>("pw_rtl_destroy");
  run_ = library_.symbol<PwRtlRunAll>("pw_rtl_run");
  host_ = library_.symbol<PwRtlHost>("pw_rtl_host");
  cycles_ = library_.symbol<PwRtlCycles>("pw_rtl_cycles");
  take_ = library_.symbol<PwRtlTake>("pw_rtl_take");
  advance_ = library_.symbol<PwRtlAdvance>("pw_rtl_advance");
  drain_ = library_.symbol<PwRtlDrain>("pw_rtl_drain");
  results_ = library_.symbol<PwRtlResults>("pw_rtl_results");
  held_ = library_.symbol<PwRtlHeld>("pw_rtl_held");
}

Simulator::~Simulator() {
  if (hardware_)
    destroy_(hardware_);
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
