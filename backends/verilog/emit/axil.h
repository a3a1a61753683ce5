// The second top module: the pipeline with its configuration, its counters and its maps behind an
// AXI4-Lite port.
#pragma once

#include "backends/verilog/emit/context.h"
#include "backends/verilog/verilog.h"

namespace pw::verilog {

struct ControlRegister {
  std::string name;
  unsigned offset = 0; // bytes
  unsigned words = 1;  // of 32 bits
  const char* access = "r";
};

// `c.top` is complete: its ports are known.
Module axil_shell(const Context&, const VerilogOptions&);
std::string axil_name(const Context&);
unsigned axil_address_bits(const Context&);
std::vector<ControlRegister> control_registers(const Context&); // by offset
std::uint32_t program_mark(const VerilogOptions&); // first 32 bits of the object's SHA-256

} // namespace pw::verilog
