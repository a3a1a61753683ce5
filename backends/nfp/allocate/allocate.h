// From virtual values to registers: cleans the code up, mends operands, gives every value a
// register (or a place in local memory behind stack_bytes), every transfer group its numbers, lays
// the blocks out and fills defer slots.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/firmware/firmware.h"

namespace pw::nfp {

// Afterwards no operand is virtual and no transfer register is grouped; every block ends by falling
// through to the one behind it or with `branch` (its last `defer` instructions stand behind the
// branch; code/code.h). Throws Failure: PW-NFP-250 local memory or PW-NFP-251 transfer registers
// don't suffice, PW-NFP-260..269 internal.
void allocate(Function&, const FirmwareProfile&);

} // namespace pw::nfp
