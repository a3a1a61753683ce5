// NAME.sig.json: what a wrapper, a driver or a test bench has to know of the module.
#pragma once

#include "backends/verilog/emit/context.h"
#include "backends/verilog/verilog.h"

namespace pw::verilog {

std::string signature_json(const Context&, const VerilogOptions&);

} // namespace pw::verilog
