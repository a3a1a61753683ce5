// Runs work on hostile input in a child process with limits on time and memory.
#pragma once

#include "frontend/object/wire.h"

#include <functional>

namespace pw::object {

// The answer that `work` returns in the child, or the diagnostics of the Failure that it throws.
// Throws Failure PW-OBJ-005 if the child crashes or takes too long, PW-INT-001 if there can't be a
// child.
Answer in_child(const std::function<Answer()>& work);

} // namespace pw::object
