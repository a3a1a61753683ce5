// Plug-ins for FPGA shells: the pipeline with its control port in the receive path of a network
// card's open design, with the files that the shell's build wants (docs/shells.md).
#pragma once

#include "backends/verilog/verilog.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw {

enum class Shell { OpenNic, Corundum };

struct ShellOptions {
  Shell shell = Shell::OpenNic;
  std::uint32_t first_ifindex = 1; // of port 0; port p has first_ifindex + p
};

// nullopt: no such shell. "opennic", "corundum".
std::optional<Shell> shell_by_name(const std::string&);
std::string shell_names(); // for messages: "opennic or corundum"

// Throws Failure PW-SHL-002 (bus), 003 (clock) or 005 (tc) where the pipeline doesn't fit the
// shell.
void check_fits(const pipeline::Pipeline&, Shell);

// What the program tells its users and the shell has no place for (PW-SHL-004).
std::vector<Diagnostic> shell_warnings(const VerilogOutput& verilog, Shell);

// The plug-in's folder: paths relative to it -> text, those of `verilog` in rtl/. `top` is the
// module that the shell's text instantiates. Throws as check_fits().
VerilogOutput wrap_verilog(const pipeline::Pipeline&, const VerilogOutput& verilog,
                           const ShellOptions&);

} // namespace pw
