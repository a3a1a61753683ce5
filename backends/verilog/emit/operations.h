// The expression of an operation that is logic.
#pragma once

#include "backends/verilog/emit/values.h"

namespace pw::verilog {

// For every kind but Constant, Input, PacketField, Map..., PacketWrite and Trace.
Expression expression_of(const pipeline::Operation&, const Values&);

// `x` of width `from` made `to` bits wide: cut, or filled with zeros. A name, not a literal, if it
// is to be cut.
Expression resize(const std::string& name, unsigned from, unsigned to);

} // namespace pw::verilog
