// The Verilog backend: a pipeline in, SystemVerilog text out.
#pragma once

#include "ir/pipeline.h"

#include <map>
#include <string>

namespace pw {

struct VerilogOutput {
  std::string top; // name of the top module
  std::map<std::string, std::string>
      files; // name -> text: NAME.sv, the fixed modules it uses, NAME.sig.json, filelist.f
};

struct VerilogOptions {
  std::string input_sha256; // for .sig.json and the banner
  std::string tool_version;
};

VerilogOutput emit_verilog(const pipeline::Pipeline&, const VerilogOptions&);

} // namespace pw
