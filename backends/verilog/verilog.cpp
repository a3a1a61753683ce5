#include "backends/verilog/verilog.h"

#include "backends/verilog/emit/axil.h"
#include "backends/verilog/emit/check.h"
#include "backends/verilog/emit/packet.h"
#include "backends/verilog/emit/signature.h"
#include "backends/verilog/fixed_modules.h"
#include "backends/verilog/rtl_text.h"

#include <algorithm>

namespace pw {
namespace {

using namespace verilog;

std::vector<std::string> preamble(const pipeline::Pipeline& p, const VerilogOptions& options) {
  char clock[32];
  std::snprintf(clock, sizeof clock, "%g", p.clock_mhz);
  std::vector<std::string> out = {
      "Program " + p.name + ": " + std::to_string(p.stages) + " stages in " +
          std::to_string(p.regions.size()) + (p.regions.size() == 1 ? " region" : " regions") +
          ", one packet a clock, " + clock + " MHz on " + p.device + ".",
      "Made by pipewright " + options.tool_version + " from an object with SHA-256 " +
          options.input_sha256 + ".",
      "",
      "s<n>_x: value x in stage n. A wire in the stage that makes it, a register in those behind.",
      "e<r>_x: value x at the head of the FIFO in front of region r. out_x: value x behind the "
      "result FIFO."};
  return out;
}

// A program may be called like one of the fixed modules.
std::string top_name(const pipeline::Pipeline& p) {
  std::string name = "pw_" + legal_name(p.name);
  bool taken = std::ranges::any_of(rtl_files(),
                                   [&](const RtlFile& file) { return name + ".sv" == file.name; });
  return taken ? name + "_program" : name;
}

void emit_top(Context& c) {
  add_ports(c);
  add_control(c);
  add_ingress(c);
  for (unsigned s = 0; s < c.p.stages; ++s) {
    if (c.values.first_of_region(s))
      add_entrance(c, c.values.region_of(s));
    add_stage(c, s);
  }
  add_deparser(c);
  add_packet_reads(c);
  add_events(c);
  add_maps(c);
  add_traces(c);
  add_housekeeping(c);
}

std::vector<VerilogPort> plain_ports(const Module& m) {
  std::vector<VerilogPort> out;
  for (const Port& p : m.ports)
    out.push_back({p.output, p.width, p.name});
  return out;
}

std::map<std::string, SourceLocation> origins(const Context& c) {
  std::map<std::string, SourceLocation> out;
  for (const pipeline::Operation& op : c.p.operations) {
    if (op.result == pipeline::no_value || !op.location.known() || c.values.fixed(op.result))
      continue;
    const std::string name = c.values.name(op.result, 0);
    out.emplace(name.substr(name.find('_') + 1), op.location);
  }
  return out;
}

} // namespace

VerilogOutput emit_verilog(const pipeline::Pipeline& given, const VerilogOptions& options) {
  check_pipeline(given);
  const pipeline::Pipeline p = with_packet_place(given);
  Context c(p);
  c.top.name = top_name(p);
  c.host_width = std::max(c.host_width, 8 * options.control_bytes);
  c.top.preamble = preamble(p, options);
  emit_top(c);

  VerilogOutput out;
  out.top = c.top.name;
  out.files[c.top.name + ".sv"] = to_text(c.top);
  Module shell = axil_shell(c, options);
  out.files[shell.name + ".sv"] = to_text(shell);
  const auto emitted = out.files;
  for (const auto& [name, text] : emitted)
    add_fixed_modules(text, out.files);
  out.control_top = shell.name;
  out.control_ports = plain_ports(shell);
  out.control_address_bits = axil_address_bits(c);
  std::string list = c.top.name + ".sv\n" + shell.name + ".sv\n";
  for (const auto& [name, text] : out.files)
    if (!emitted.contains(name))
      list += name + "\n";
  out.files["filelist.f"] = list;
  out.origins = origins(c);
  out.files[c.top.name + ".sig.json"] = signature_json(c, options);
  return out;
}

} // namespace pw
