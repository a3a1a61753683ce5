// Random programs that every verifier must accept: packet accesses behind bounds checks, pointers
// tested for null, stack bytes written before they are read, loops with bounds. Each program uses
// its own mixture of features, so that rare combinations come up, too.
#pragma once

#include "tests/random/case.h"

#include <cstdint>

namespace pw::random {

struct GenerateOptions {
  unsigned max_statements = 40;
  unsigned packets = 40;
  bool division = true; // DIV and MOD: large in hardware
  bool tail_and_head = true;
  bool changes = false; // maps are updated and deleted from
  unsigned held =
      0;           // percent: pointers into a map that is changed stay in use until the next change
  bool tc = false; // programs for tc: their context, their helpers
  bool kernel = false; // only what a plain test run shows: no clock, no random numbers, no redirect
                       // maps, no callbacks
};

Case generate_case(std::uint64_t seed, const GenerateOptions& = {});

} // namespace pw::random
