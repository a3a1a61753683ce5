// Runs work on hostile input in a child process with limits on time and memory.
#pragma once

#include "frontend/object/wire.h"

#include <cstdint>
#include <functional>

namespace pw::object {

struct ChildLimits {
  unsigned cpu_seconds = 20;
  unsigned wall_seconds = 60;
  std::uint64_t memory_bytes = 4ull << 30; // address space; not under AddressSanitizer
};

// The answer that `work` returns in the child, or the diagnostics of the Failure that it throws.
// Throws Failure PW-OBJ-005 if the child crashes or takes too long, PW-INT-001 if there can't be a
// child.
Answer in_child(const std::function<Answer()>& work, const ChildLimits& = {});

} // namespace pw::object
