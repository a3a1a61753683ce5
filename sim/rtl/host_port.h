// A pipeline's host port, whatever the pipeline is simulated by.
#pragma once

#include "sim/rtl/abi.h"

namespace pw::rtl {

class HostPort {
public:
  virtual ~HostPort() = default;
  // Throws Failure PW-RTL-105 if the hardware doesn't answer.
  virtual void access(const PwRtlAccess&) = 0;
};

} // namespace pw::rtl
