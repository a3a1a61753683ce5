// Functions without sense that use everything selection may leave: for tests that compare what they
// do before and after allocation.
#pragma once

#include "backends/nfp/code/code.h"

#include <cstdint>

namespace pw::nfp::test {

struct RandomShape {
  unsigned blocks = 8;
  unsigned length = 12;    // instructions of a block, about
  unsigned long_lived = 0; // values of the entry that the last blocks still read
  unsigned stack_bytes = 16;
};
Function random_function(std::uint32_t seed, const RandomShape&);

} // namespace pw::nfp::test
