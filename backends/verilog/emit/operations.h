// The expression of an operation that is logic.
#pragma once

#include "backends/verilog/emit/values.h"

namespace pw::verilog {

// With the operands as they are called in `stage`. For every kind but Constant, Input, PacketField,
// Map..., PacketWrite and Trace.
Expression expression_of(const pipeline::Operation&, const Values&, unsigned stage);

} // namespace pw::verilog
