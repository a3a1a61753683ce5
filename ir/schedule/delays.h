// What each operation costs in time, by kind and width, for a device.
#pragma once

#include "mlir/IR/Operation.h"

namespace pw::schedule {

// Times in ns, routing included.
struct Delay {
  double through = 0;   // operands to result, for latency 0
  double setup = 0;     // operands to the register, for latency > 0
  double arrival = 0;   // register to result, for latency > 0
  unsigned latency = 0; // stages
};

inline constexpr double lut_level = 0.45; // a LUT of six inputs, with the way to it

// Attributes of logic that is packed into LUTs: the number of the LUT that an operation is inside
// of, and on the operation whose result it delivers. All of one LUT is in one stage, takes a level,
// and has at most six inputs a bit.
inline constexpr const char* lut_part = "pw.lut";
inline constexpr const char* lut_root = "pw.lut_root";

Delay delay_of(mlir::Operation*);

// What is left of a clock period for logic.
double usable_period(double clock_mhz);

} // namespace pw::schedule
