// A pipeline as a module of SystemC, made by Verilator, that runs at its own clock.
#pragma once

#include "sim/rtl/host_port.h"
#include "sim/rtl/library.h"

#include <functional>
#include <span>

namespace pw::rtl {

class SystemcModule : public HostPort {
public:
  // While the NIC is being built. clocked: called at every edge of its clock, in a process of the
  // kernel; must not throw. The library stays loaded: the kernel keeps names of what was in it.
  SystemcModule(const std::filesystem::path& library, const char* name, std::uint64_t hz,
                std::uint32_t cpu, std::uint32_t seed, std::function<void()> clocked);
  ~SystemcModule() override;
  SystemcModule(const SystemcModule&) = delete;
  SystemcModule& operator=(const SystemcModule&) = delete;

  // Both outside of processes, with everything built; simulated time stands still meanwhile. Throw
  // Failure PW-RTL-105.
  void reset();
  void access(const PwRtlAccess&) override;

  // In processes. As in abi.h.
  void offer(const PwRtlPacket& packet, std::uint64_t pause) { offer_(module_, &packet, pause); }
  bool taken(PwRtlTaken& taken) const { return taken_(module_, &taken); }
  bool empty() const { return empty_(module_); }
  const char* error() const { return error_(module_); } // null: none
  std::span<const PwRtlResult> results();
  const std::uint64_t* held() const { return held_(module_); }
  std::uint64_t cycles() const { return cycles_(module_); }

private:
  Library library_;
  std::function<void()> clocked_;
  PwScDestroy destroy_;
  PwScReset reset_;
  PwScHost host_;
  PwScOffer offer_;
  PwScTaken taken_;
  PwScEmpty empty_;
  PwScError error_;
  PwScResults results_;
  PwScHeld held_;
  PwScCycles cycles_;
  void* module_ = nullptr;
};

} // namespace pw::rtl
