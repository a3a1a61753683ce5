// The simulator of a program's pipeline.
#pragma once

#include "sim/engine.h"

#include <filesystem>

namespace pw::rtl {

// Path of the library, taken from the cache or built. Verilog from EngineInput::verilog_dir, or as
// it is emitted. Throws Failure PW-RTL-101 to 104.
std::filesystem::path build_simulator_of(const EngineInput&);
// The same as a module of SystemC.
std::filesystem::path build_systemc_module_of(const EngineInput&);

// In the order of port `trace_valid`.
std::vector<const pipeline::Operation*> traces_of(const pipeline::Pipeline&);

} // namespace pw::rtl
