#include "backends/verilog/wrap/wrap.h"

#include "backends/verilog/fixed_modules.h"
#include "backends/verilog/wrap/parts.h"
#include "backends/verilog/wrap/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pw {

using namespace verilog;

namespace {

struct ShellFacts {
  Shell shell;
  const char* name;
  const char* title;
  unsigned bus_bits;
  double clock_mhz;
};
constexpr ShellFacts shells[] = {{Shell::OpenNic, "opennic", "OpenNIC's 250 MHz box", 512, 250},
                                 {Shell::Corundum, "corundum", "Corundum", 512, 250}};

const ShellFacts& facts(Shell shell) {
  return *std::ranges::find(shells, shell, &ShellFacts::shell);
}

std::string mhz(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g MHz", value);
  return text;
}

using Json = nlohmann::ordered_json;

Json counter(const char* name, unsigned offset, const char* meaning) {
  return {{"name", name}, {"offset", offset}, {"words", 2}, {"meaning", meaning}};
}

// What software needs to find the registers.
std::string shell_json(const Plugin& plugin, const ShellFacts& shell) {
  const unsigned page = 1u << plugin.verilog.control_address_bits;
  Json counters = {
      counter("to_host", 0x100, "frames"), counter("to_wire", 0x108, "frames"),
      counter("lost", 0x110, "frames redirected to a port that isn't there"),
      counter("cut_0", 0x118, "frames of port 0 that were too long; port p: 8 * p behind")};
  Json out = {{"shell", shell.name},
              {"top", plugin.verilog.top},
              {"bus_bits", shell.bus_bits},
              {"clock_mhz", shell.clock_mhz},
              {"signature", plugin.verilog.top + ".sig.json"},
              {"first_ifindex", plugin.first_ifindex},
              {"pages",
               {{{"name", "pipeline"}, {"offset", 0}, {"bytes", page}},
                {{"name", "wrapper"}, {"offset", page}, {"bytes", page}}}},
              {"wrapper_registers",
               {{{"name", "id"}, {"offset", 0}, {"value", 0x50575331}},
                {{"name", "version"}, {"offset", 4}},
                {{"name", "ports"}, {"offset", 8}},

                {{"name", "control"},
                 {"offset", 16},
                 {"meaning", "bit 1, write only: clears the counters"}}}},
              {"wrapper_ports",
               {{"offset", 0x400},
                {"words", {"ifindex", "slot"}},
                {"meaning", "of port 0, those of the others behind; read and written"}}},
              {"wrapper_counters", counters}};
  return out.dump(2) + "\n";
}

const char* const opennic_readme =
    R"(# $TOP$ for OpenNIC

The pipeline of an XDP program as a user plug-in of open-nic-shell's 250 MHz box. Build it from the shell's `script/` folder:

    vivado -mode batch -source build.tcl -tclargs -board au50 -num_cmac_port 1 -num_phys_func 1 -user_plugin THIS_FOLDER

THIS_FOLDER is the absolute path of this folder. The 322 MHz box takes the shell's own plug-in.

The control registers stand at 0x$BASE$ of BAR 2: page 0 is the pipeline ($TOP$.sig.json), the page at 0x$PAGE$ behind it the
wrapper ($TOP$.shell.json).
)";

const char* const corundum_readme =
    R"(# $TOP$ for Corundum

The pipeline of an XDP program as Corundum's application block. Put this folder at `fpga/app/$TOP$`, and in a copy of the folder
of a 100G board's design (for instance `fpga/mqnic/Alveo/fpga_100g/fpga_AU50`)

- add `include ../app/$TOP$/files.mk` to `Makefile`, in front of the line that includes `vivado.mk`;
- add `source ../app/$TOP$/app_params.tcl` to `config.tcl`, behind the lines that set APP_ID and what follows it.

Then `make` there. The control registers stand in the application's BAR 2: page 0 is the pipeline ($TOP$.sig.json), the page
at 0x$PAGE$ the wrapper ($TOP$.shell.json).
)";

std::string readme(const Plugin& plugin, Shell shell) {
  char page[16];
  std::snprintf(page, sizeof page, "%x", 1u << plugin.verilog.control_address_bits);
  return filled(shell == Shell::OpenNic ? opennic_readme : corundum_readme,
                {{"TOP", plugin.verilog.top}, {"PAGE", page}, {"BASE", "100000"}});
}

bool is_source(const std::string& name) { return name.ends_with(".sv") || name.ends_with(".v"); }

// Everything of the pipeline's own emission: sources to rtl/, its list of files away.
void take_over(const VerilogOutput& verilog, VerilogOutput& out) {
  for (const auto& [name, text] : verilog.files)
    if (name != "filelist.f")
      out.files[is_source(name) ? "rtl/" + name : name] = text;
}

std::vector<std::string> sources_of(const VerilogOutput& out) {
  std::vector<std::string> names;
  for (const auto& [path, text] : out.files)
    if (path.starts_with("rtl/"))
      names.push_back(path.substr(4));
  return names;
}

void add_shared_modules(VerilogOutput& out) {
  std::map<std::string, std::string> fixed;
  for (const auto& [path, text] : out.files)
    if (path.starts_with("rtl/"))
      add_fixed_modules(text, fixed);
  for (const auto& [name, text] : fixed)
    out.files.try_emplace("rtl/" + name, text);
}

} // namespace

std::optional<Shell> shell_by_name(const std::string& name) {
  for (const ShellFacts& shell : shells)
    if (name == shell.name)
      return shell.shell;
  return std::nullopt;
}

std::string shell_names() {
  std::string out;
  for (const ShellFacts& shell : shells)
    out += (out.empty() ? "" : " or ") + std::string(shell.name);
  return out;
}

void check_fits(const pipeline::Pipeline& p, Shell shell) {
  const ShellFacts& want = facts(shell);
  if (p.tc)
    throw Failure(diagnose("PW-SHL-005",
                           "program '" + p.name + "' is a tc program; plug-ins take XDP programs")
                      .help("use --target verilog without --wrap, and route by its own verdicts"));
  if (p.bus_bytes * 8 != want.bus_bits)
    throw Failure(diagnose("PW-SHL-002", std::string(want.title) + " has streams of " +
                                             std::to_string(want.bus_bits) +
                                             " bits, the pipeline one of " +
                                             std::to_string(p.bus_bytes * 8))
                      .help("use --bus " + std::to_string(want.bus_bits)));
  if (p.clock_mhz < want.clock_mhz)
    throw Failure(diagnose("PW-SHL-003", std::string(want.title) + " runs at " +
                                             mhz(want.clock_mhz) + ", the pipeline is made for " +
                                             mhz(p.clock_mhz))
                      .help("use --clock " + mhz(want.clock_mhz) + " or more"));
}

std::vector<Diagnostic> shell_warnings(const VerilogOutput& verilog, Shell shell) {
  const auto has = [&](const char* port) {
    return std::ranges::find(verilog.control_ports, port, &VerilogPort::name) !=
           verilog.control_ports.end();
  };
  std::string what = has("m_events_tvalid") ? "events" : "";
  if (has("trace_valid"))
    what += what.empty() ? "trace lines" : " and trace lines";
  if (what.empty())
    return {};
  return {diagnose("PW-SHL-004", "the program's " + what + " go nowhere in " + facts(shell).title)
              .help("they are ports of " + verilog.control_top + ": connect them in rtl/" +
                    verilog.top + "_shell.sv")
              .warning()};
}

VerilogOutput wrap_verilog(const pipeline::Pipeline& p, const VerilogOutput& verilog,
                           const ShellOptions& shell) {
  check_fits(p, shell.shell);
  const Plugin plugin{p, verilog, shell.first_ifindex};
  const bool opennic = shell.shell == Shell::OpenNic;
  VerilogOutput out;
  out.top = opennic ? verilog.top + "_opennic" : "mqnic_app_block";
  take_over(verilog, out);
  out.files["rtl/" + plugin.core() + ".sv"] = core_text(plugin);
  out.files.merge(opennic ? opennic_files(plugin) : corundum_files(plugin));
  add_shared_modules(out);
  const std::vector<std::string> sources = sources_of(out);
  out.files[opennic ? "build_box_250mhz.tcl" : "files.mk"] =
      opennic ? opennic_build(sources) : corundum_build(plugin, sources);
  std::string list = opennic ? "box_250mhz/box_250mhz_address_map.v\n" : "";
  for (const std::string& name : sources)
    list += "rtl/" + name + "\n";
  out.files["filelist.f"] = list;
  out.files[verilog.top + ".shell.json"] = shell_json(plugin, facts(shell.shell));
  out.files["README.md"] = readme(plugin, shell.shell);
  return out;
}

} // namespace pw
