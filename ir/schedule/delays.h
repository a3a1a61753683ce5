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

Delay delay_of(mlir::Operation*);

// What is left of a clock period for logic.
double usable_period(double clock_mhz);

} // namespace pw::schedule
