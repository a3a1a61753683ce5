// Why what Linux offers to programs is not there in hardware, and what to do instead.
#pragma once

#include <cstdint>
#include <string>

namespace pw::verify {

struct Reason {
  const char* why = "";
  const char* remedy = "";
};

// By the helper's number; empty texts where there is nothing to say but that it is not supported.
Reason reason_against(std::uint32_t helper);
// By the name of a kernel function (kfunc).
Reason reason_against(const std::string& function);

} // namespace pw::verify
