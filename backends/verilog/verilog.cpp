#include "backends/verilog/verilog.h"

#include "backends/verilog/emit/axil.h"
#include "backends/verilog/emit/check.h"
#include "backends/verilog/emit/packet.h"
#include "backends/verilog/emit/signature.h"
#include "backends/verilog/rtl_text.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

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
  add_maps(c);
  add_traces(c);
  add_housekeeping(c);
}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Words of a text that may be names of modules: comments left out.
std::set<std::string, std::less<>> words(std::string_view text) {
  std::set<std::string, std::less<>> out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "//") {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && is_name(text[at]))
      ++at;
    if (at == start)
      ++at;
    else if (text.substr(start, 3) == "pw_")
      out.emplace(text.substr(start, at - start));
  }
  return out;
}

// The fixed modules that `text` needs, and those that they need: a tool that is given more finds
// several modules that nobody instantiates, and can't tell the top.
void add_fixed_modules(std::string_view text, VerilogOutput& out) {
  const auto used = words(text);
  for (const RtlFile& file : rtl_files()) {
    const std::string_view name(file.name);
    if (used.contains(name.substr(0, name.size() - 3)) &&
        out.files.try_emplace(file.name, file.text).second)
      add_fixed_modules(file.text, out);
  }
}

} // namespace

VerilogOutput emit_verilog(const pipeline::Pipeline& given, const VerilogOptions& options) {
  check_pipeline(given);
  const pipeline::Pipeline p = with_packet_place(given);
  Context c(p);
  c.top.name = top_name(p);
  c.top.preamble = preamble(p, options);
  emit_top(c);

  VerilogOutput out;
  out.top = c.top.name;
  out.files[c.top.name + ".sv"] = to_text(c.top);
  Module shell = axil_shell(c, options);
  out.files[shell.name + ".sv"] = to_text(shell);
  const auto emitted = out.files;
  for (const auto& [name, text] : emitted)
    add_fixed_modules(text, out);
  std::string list = c.top.name + ".sv\n" + shell.name + ".sv\n";
  for (const auto& [name, text] : out.files)
    if (!emitted.contains(name))
      list += name + "\n";
  out.files["filelist.f"] = list;
  out.files[c.top.name + ".sig.json"] = signature_json(c, options);
  return out;
}

} // namespace pw
