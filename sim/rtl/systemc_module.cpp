#include "sim/rtl/systemc_module.h"

namespace pw::rtl {

SystemcModule::SystemcModule(const std::filesystem::path& library, const char* name,
                             std::uint64_t hz, std::uint32_t cpu, std::uint32_t seed,
                             std::function<void()> clocked)
    : library_(library, true), clocked_(std::move(clocked)),
      destroy_(library_.symbol<PwScDestroy>("pw_sc_destroy")),
      reset_(library_.symbol<PwScReset>("pw_sc_reset")),
      host_(library_.symbol<PwScHost>("pw_sc_host")),
      offer_(library_.symbol<PwScOffer>("pw_sc_offer")),
      taken_(library_.symbol<PwScTaken>("pw_sc_taken")),
      empty_(library_.symbol<PwScEmpty>("pw_sc_empty")),
      error_(library_.symbol<PwScError>("pw_sc_error")),
      results_(library_.symbol<PwScResults>("pw_sc_results")),
      held_(library_.symbol<PwScHeld>("pw_sc_held")),
      cycles_(library_.symbol<PwScCycles>("pw_sc_cycles")) {
  const PwScClient client = {this,
                             [](void* self) { static_cast<SystemcModule*>(self)->clocked_(); }};
  module_ = library_.symbol<PwScCreate>("pw_sc_create")(name, hz, cpu, seed, &client);
}

SystemcModule::~SystemcModule() { destroy_(module_); }

void SystemcModule::reset() {
  if (!reset_(module_))
    misbehaves("it does not come out of reset");
}

void SystemcModule::access(const PwRtlAccess& access) {
  if (!host_(module_, &access))
    misbehaves("the host port does not answer");
}

std::span<const PwRtlResult> SystemcModule::results() {
  const PwRtlResult* results = nullptr;
  const std::uint64_t count = results_(module_, &results);
  return {results, count};
}

} // namespace pw::rtl
