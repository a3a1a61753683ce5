// A value that is chosen from a few constants (a verdict, a distance by which the head moves) has
// bits that never change and bits that are always alike. Wiring that shows it keeps FIFOs narrow,
// and what is computed from the value small: synthesis can't see it through a memory.
#pragma once

#include "backends/verilog/emit/values.h"

#include <optional>
#include <vector>

namespace pw::verilog {

struct BitPattern {
  static constexpr int zero = -1, one = -2;
  std::vector<unsigned> kept; // bits of the value that differ among each other
  std::vector<int> bits;      // of the value, lowest first: index into `kept`, or zero or one
};

// Nothing if the value isn't known to be one of a few constants, or has more than 64 bits.
std::optional<BitPattern> pattern_of(const Values&, pipeline::ValueId);

} // namespace pw::verilog
