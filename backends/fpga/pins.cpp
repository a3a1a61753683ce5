#include "backends/fpga/pins.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace pw::fpga {

namespace {

using Json = nlohmann::json;

std::string range(unsigned high, unsigned low) {
  return "[" + std::to_string(high) + ":" + std::to_string(low) + "]";
}

std::string reg(unsigned width, const std::string& name) {
  return "  reg " + range(width - 1, 0) + " " + name + ";\n";
}

struct Connections {
  std::string text; // of the instance
  unsigned inputs = 0, outputs = 0;
};

std::vector<VerilogPort> ports_of(const VerilogOutput& verilog) {
  if (verilog.top == verilog.control_top)
    return verilog.control_ports;
  std::vector<VerilogPort> out;
  const Json signature = Json::parse(verilog.files.at(verilog.top + ".sig.json"));
  for (const Json& p : signature.at("ports"))
    out.push_back({p.at("direction") != "in", p.at("width"), p.at("name")});
  return out;
}

Connections connect(const std::vector<VerilogPort>& ports) {
  Connections out;
  for (const auto& [output, width, name] : ports) {
    if (name == "clk" || name == "rst") {
      out.text += ",\n    ." + name + "(" + name + ")";
      continue;
    }
    unsigned& at = output ? out.outputs : out.inputs;
    out.text +=
        ",\n    ." + name + "(" + (output ? "made" : "given") + range(at + width - 1, at) + ")";
    at += width;
  }
  return out;
}

// Four bits into one at each border of registers, down to a single bit.
std::string fold(unsigned width) {
  std::string declared = reg(width, "fold0"), clocked = "    fold0 <= made;\n";
  for (unsigned level = 1; width > 1; ++level) {
    const unsigned next = (width + 3) / 4;
    const std::string from = "fold" + std::to_string(level - 1),
                      to = "fold" + std::to_string(level);
    declared += reg(next, to);
    for (unsigned i = 0; i < next; ++i)
      clocked += "    " + to + "[" + std::to_string(i) + "] <= ^" + from +
                 range(std::min(4 * i + 3, width - 1), 4 * i) + ";\n";
    width = next;
    if (width == 1)
      clocked += "    out <= " + to + "[0];\n";
  }
  return declared + "  always @(posedge clk) begin\n" + clocked + "  end\n";
}

} // namespace

std::string pins_wrapper(const VerilogOutput& verilog) {
  const Connections c = connect(ports_of(verilog));
  const std::string inputs = std::to_string(c.inputs);
  return std::string("module ") + pins_top +
         " (input wire clk, input wire rst, input wire in, output reg out);\n" +
         reg(c.inputs, "given") + "  wire " + range(c.outputs - 1, 0) + " made;\n" +
         "  always @(posedge clk) given <= {given" + range(c.inputs - 2, 0) + ", in};\n" +
         fold(c.outputs) + "  " + verilog.top + " " + pins_design + " (" + c.text.substr(1) +
         "\n  );\nendmodule\n";
}

} // namespace pw::fpga
