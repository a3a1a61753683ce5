// Random programs that tail-call each other: the generator's programs, each with a beginning that
// looks at the packet, does something that lasts, and jumps.
#pragma once

#include "tests/random/generator.h"

namespace pw::random {

// The first program is the one that is run; program i has an array of its own, "jumps<i>", whose
// slots hold programs behind it. In some cases the host has cleared slots.
Case generate_chain(std::uint64_t seed, const GenerateOptions& = {});

} // namespace pw::random
