#include "backends/fpga/vivado.h"

#include "backends/fpga/device.h"
#include "support/diagnostic.h"

#include <cstdio>
#include <sstream>

namespace pw::fpga {

namespace {

// @TOP@, @PART@ and @FILES@ are filled in. A pipeline is a part of a shell's design: it has no pins
// of its own, so it is made out of context.
constexpr const char* script_text =
    R"(# Makes the Vivado project of @TOP@ out of context, synthesises and implements it, and writes reports.
# Usage: vivado -mode batch -source @TOP@.tcl [-tclargs project|synth|impl]     (how far; default: impl)
set here [file normalize [file dirname [info script]]]
set step [expr {[llength $argv] > 0 ? [lindex $argv 0] : "impl"}]
if {$step ni {project synth impl}} {
  error "unknown step '$step': project, synth or impl"
}

create_project -force @TOP@ [file join $here vivado] -part @PART@
foreach name {
@FILES@} {
  add_files -norecurse [file join $here $name]
}
set_property file_type SystemVerilog [get_files *.sv]
add_files -fileset constrs_1 -norecurse [file join $here @TOP@.xdc]
set_property top @TOP@ [current_fileset]
set_property -name {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS} -value {-mode out_of_context} -objects [get_runs synth_1]
update_compile_order -fileset sources_1
if {$step eq "project"} { return }

launch_runs synth_1 -jobs 4
wait_on_run synth_1
open_run synth_1
report_utilization -hierarchical -file [file join $here utilization_synth.rpt]
report_timing_summary -file [file join $here timing_synth.rpt]
if {$step eq "synth"} { return }

launch_runs impl_1 -jobs 4
wait_on_run impl_1
open_run impl_1
report_utilization -hierarchical -file [file join $here utilization.rpt]
report_timing_summary -file [file join $here timing.rpt]
report_timing -max_paths 20 -file [file join $here paths.rpt]
)";

const char* part_of(const std::string& device) {
  const DeviceTools* tools = tools_of(device);
  if (tools && tools->part)
    return tools->part;
  throw Failure(diagnose("PW-SYN-004", "Vivado has no device '" + device + "'")
                    .help("xcu50, xcu200, xcu250 or xcu280"));
}

std::string files_of(const VerilogOutput& verilog) {
  std::string out;
  std::istringstream list(verilog.files.at("filelist.f"));
  for (std::string name; std::getline(list, name);)
    if (name.ends_with(".sv"))
      out += "  " + name + "\n";
  return out;
}

std::string filled(std::string text, const std::string& mark, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += with.size())
    text.replace(at, mark.size(), with);
  return text;
}

} // namespace

std::map<std::string, std::string> vivado_project(const VerilogOutput& verilog,
                                                  const pipeline::Pipeline& p) {
  std::string script = filled(script_text, "@PART@", part_of(p.device));
  script = filled(filled(script, "@TOP@", verilog.top), "@FILES@", files_of(verilog));
  char clock[128];
  std::snprintf(clock, sizeof clock, "create_clock -name clk -period %.3f [get_ports clk]\n",
                1000 / p.clock_mhz);
  return {{verilog.top + ".tcl", script}, {verilog.top + ".xdc", clock}};
}

} // namespace pw::fpga
