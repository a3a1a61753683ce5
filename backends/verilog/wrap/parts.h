// The parts of a plug-in.
#pragma once

#include "backends/verilog/wrap/wrap.h"

namespace pw::verilog {

// What all parts of one plug-in are made from.
struct Plugin {
  const pipeline::Pipeline& pipeline;
  const VerilogOutput& verilog;
  std::uint32_t first_ifindex = 1;

  std::string core() const { return verilog.top + "_shell"; }
};

// APP_ID of the application block in Corundum.
inline constexpr const char* app_id = "32'h50573031";

bool uses_time(const pipeline::Pipeline&);

// Module Plugin::core(), the same for every shell: streams of any number of ports through one
// pipeline, each packet to where it goes, and the control ports behind a clock crossing.
std::string core_text(const Plugin&);

// The shell's own files, by path in the plug-in; adds the module in the shell's shape to rtl/.
std::map<std::string, std::string> opennic_files(const Plugin&);
std::map<std::string, std::string> corundum_files(const Plugin&);

// What the shell's build reads; `sources`: names of the files in rtl/.
std::string opennic_build(const std::vector<std::string>& sources);
std::string corundum_build(const Plugin&, const std::vector<std::string>& sources);

std::string app_block_text(const std::string& inner); // mqnic_app_block.v around module `inner`

} // namespace pw::verilog
