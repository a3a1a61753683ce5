// The tools that make a netlist, and a layout where there is a free tool for it.
#pragma once

#include "backends/fpga/cost.h"
#include "backends/fpga/device.h"
#include "backends/verilog/verilog.h"
#include "ir/pipeline.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pw::fpga {

// Placed and routed, by nextpnr.
struct Layout {
  double fmax_mhz = 0;               // of `clk`
  unsigned cells = 0;                // logic cells, those of the wrapper (pins.h) included
  unsigned cells_there = 0;          //
  std::vector<std::string> critical; // named nets of the longest path, from register to register
};

struct Synthesis {
  std::string tool; // "Yosys 0.23 ..."
  Cost cost;
  std::optional<Layout> layout;
  double seconds = 0;             // from start to end
  double processor_seconds = 0;   // of the tools, whatever else the machine did
  std::uint64_t memory_bytes = 0; // at most, of one of the tools
};

struct SynthesisInput {
  const VerilogOutput* verilog = nullptr; // what is synthesised: its `top`
  const pipeline::Pipeline* pipeline = nullptr;
  std::filesystem::path folder; // there; gets the Verilog, the scripts, their logs and products
  std::function<void(const std::string&)> progress; // a line about what is being done; may be empty
};

// Throws Failure: PW-DEV-003 no such device, PW-SYN-001 a tool is not there, PW-SYN-002 a tool
// stopped, PW-SYN-003 the design is too large for the device.
Synthesis synthesise(const SynthesisInput&);

} // namespace pw::fpga
