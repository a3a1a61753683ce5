// What `pipewright synth` prints.
#pragma once

#include "backends/fpga/flow.h"
#include "cli/output.h"

namespace pw::cli {

struct SynthReport {
  const fpga::Synthesis* synthesis = nullptr;
  const VerilogOutput* verilog = nullptr;
  const pipeline::Pipeline* pipeline = nullptr;
};

std::string synth_text(const SynthReport&);
Json synth_json(const SynthReport&);

// The line of C that a path ends in the logic of: that of the last value on it that has one.
SourceLocation origin_of(const fpga::Path&, const VerilogOutput&);

} // namespace pw::cli
