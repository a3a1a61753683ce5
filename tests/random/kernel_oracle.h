// The running kernel as an engine for programs that exist only in memory: the instructions go
// straight to BPF_PROG_LOAD. Shows that the generator makes valid programs, and that the
// interpreter is right.
#pragma once

#include "sim/engine.h"

#include <memory>

namespace pw::random {

bool kernel_available(); // root, and a kernel that loads programs

// Throws std::runtime_error with the verifier's log if the program is refused.
std::unique_ptr<Engine> make_kernel_oracle(const Object&, const Environment& = {});

} // namespace pw::random
