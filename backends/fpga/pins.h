// A design of a thousand ports has no room at the pins of a small device. This makes a top module
// around it with four: what goes in comes through a shift register, what comes out is folded into
// one bit behind registers, so that nothing can be optimised away and no path gets longer than in
// the design itself.
#pragma once

#include "backends/verilog/verilog.h"

#include <string>

namespace pw::fpga {

inline constexpr const char* pins_top = "pw_pins";
inline constexpr const char* pins_design = "dut"; // the design's instance in it

std::string pins_wrapper(const VerilogOutput&);

} // namespace pw::fpga
