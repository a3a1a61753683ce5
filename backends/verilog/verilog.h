// The Verilog backend: a pipeline in, SystemVerilog text out.
#pragma once

#include "ir/pipeline.h"
#include "support/diagnostic.h"

#include <map>
#include <string>
#include <vector>

namespace pw {

struct VerilogPort {
  bool output = false;
  unsigned width = 1;
  std::string name;
};

struct VerilogOutput {
  std::string top; // name of the top module
  // The second top, with the control port (README.md): what wrappers instantiate.
  std::string control_top;
  std::vector<VerilogPort> control_ports;
  unsigned control_address_bits = 0;
  std::map<std::string, std::string>
      files; // name -> text: NAME.sv, the fixed modules it uses, NAME.sig.json, filelist.f
  // By the name of a value, as in s<n>_NAME: the line of C that computes it. Only values that have
  // one.
  std::map<std::string, SourceLocation> origins;
};

struct VerilogOptions {
  std::string input_sha256; // for .sig.json and the banner
  std::string tool_version;
  // With operations of the host between packets (frontend/control): bytes of the longest one, and
  // what .sig.json says of the maps (describe_control). 0: there are none.
  unsigned control_bytes = 0;
  std::string control = {};
};

VerilogOutput emit_verilog(const pipeline::Pipeline&, const VerilogOptions&);

} // namespace pw
