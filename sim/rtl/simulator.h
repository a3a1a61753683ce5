// A loaded simulator: the functions of abi.h on one instance of the hardware.
#pragma once

#include "sim/rtl/host_port.h"
#include "sim/rtl/library.h"

#include <filesystem>
#include <span>
#include <string>

namespace pw::rtl {

class Simulator : public HostPort {
public:
  // Loads the library and resets the hardware. Throws Failure PW-RTL-103 or 105.
  Simulator(const std::filesystem::path& library, std::uint32_t cpu, std::uint32_t seed,
            const std::string& trace_file);
  ~Simulator() override;
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Throw Failure PW-RTL-105 where the hardware doesn't keep to its protocol.
  void run(PwRtlRun&);
  void access(const PwRtlAccess&) override;
  std::uint64_t cycles() const { return cycles_(hardware_); }

  // Packets one by one (abi.h). Throw as run() does.
  PwRtlTaken take(const PwRtlPacket&, std::uint64_t pause);
  void advance(std::uint64_t until, std::uint64_t pause);
  void drain();
  std::span<const PwRtlResult> results();
  const std::uint64_t* held() { return held_(hardware_); }

private:
  void load();

  Library library_;
  void* hardware_ = nullptr;
  PwRtlDestroy destroy_ = nullptr;
  PwRtlRunAll run_ = nullptr;
  PwRtlHost host_ = nullptr;
  PwRtlCycles cycles_ = nullptr;
  PwRtlTake take_ = nullptr;
  PwRtlAdvance advance_ = nullptr;
  PwRtlDrain drain_ = nullptr;
  PwRtlResults results_ = nullptr;
  PwRtlHeld held_ = nullptr;
};

} // namespace pw::rtl
