// Makes a failing case small: fewer packets, fewer instructions, smaller maps' contents.
#pragma once

#include "tests/random/case.h"

#include <functional>

namespace pw::random {

using StillFails = std::function<bool(const Case&)>;

// fails(c) must be true for the case given; it is for the result, too. At most `trials` calls of
// fails.
Case minimise(Case, const StillFails& fails, unsigned trials = 3000);

// The program without instruction `at` (both halves of an ld_imm64), jumps corrected.
std::vector<bpf_insn> without_instruction(const std::vector<bpf_insn>&, unsigned at);

} // namespace pw::random
