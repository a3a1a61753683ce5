// A project for AMD's Vivado: the script that makes it, and the clock that it has to meet.
#pragma once

#include "backends/verilog/verilog.h"
#include "ir/pipeline.h"

#include <map>
#include <string>

namespace pw::fpga {

// Name -> text: TOP.tcl (`vivado -mode batch -source TOP.tcl` in their folder makes, synthesises
// and implements the project out of context and writes the reports), TOP.xdc. Throws Failure
// PW-SYN-004 for a device that Vivado doesn't know.
std::map<std::string, std::string> vivado_project(const VerilogOutput&, const pipeline::Pipeline&);

} // namespace pw::fpga
