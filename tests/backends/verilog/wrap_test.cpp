// Plug-ins are clean in the three tools that read Verilog, whatever the pipeline and the shell's
// parameters; what doesn't fit is told.
#include "backends/verilog/wrap/wrap.h"
#include "tests/backends/verilog/builder.h"
#include "tests/backends/verilog/simulation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pw::test {
namespace {

struct Case {
  Shell shell;
  const char* top;        // %: the pipeline's module
  const char* parameters; // of Verilator
};

const Case cases[] = {{Shell::OpenNic, "%_opennic", ""},
                      {Shell::OpenNic, "%_opennic", "-GNUM_INTF=2 -GNUM_QDMA=3"},
                      {Shell::Corundum, "mqnic_app_block", ""},
                      {Shell::Corundum, "mqnic_app_block", "-GIF_COUNT=2 -GPTP_TS_ENABLE=0"}};

// With maps, traces, a head that moves, and reads of the whole packet.
pipeline::Pipeline (*const programs[])() = {hash_lookup, count_protocols, move_head, read_anywhere};

VerilogOutput plugin(const pipeline::Pipeline& p, Shell shell) {
  return wrap_verilog(p, emit_verilog(p, {"0", "test"}), {shell, 1});
}

std::string run(const std::string& directory, const std::string& command) {
  std::string output;
  const int code = shell("cd " + directory + " && " + command, output);
  return code == 0 ? output : "exit code " + std::to_string(code) + "\n" + output;
}

std::string folder_of(const pipeline::Pipeline& p, Shell shell) {
  const std::string folder = scratch("wrap_" + p.name + (shell == Shell::OpenNic ? "_o" : "_c"));
  for (const auto& [name, text] : plugin(p, shell).files) {
    std::filesystem::create_directories(std::filesystem::path(folder + "/" + name).parent_path());
    std::ofstream(folder + "/" + name) << text;
  }
  return folder;
}

class Plugins : public testing::TestWithParam<Case> {
protected:
  std::string top(const pipeline::Pipeline& p) const {
    std::string name = GetParam().top;
    return name[0] == '%' ? "pw_" + p.name + name.substr(1) : name;
  }
};

TEST_P(Plugins, AreCleanInVerilator) {
  for (const auto& make : programs) {
    const pipeline::Pipeline p = make();
    EXPECT_EQ("", run(folder_of(p, GetParam().shell), "verilator --lint-only -Wall --top-module " +
                                                          top(p) + " " + GetParam().parameters +
                                                          " -f filelist.f"))
        << p.name;
  }
}

TEST_P(Plugins, AreTakenByYosysAndIcarus) {
  const pipeline::Pipeline p = all_operations();
  const std::string folder = folder_of(p, GetParam().shell);
  EXPECT_EQ("", run(folder, "yosys -q -p 'read_verilog -sv rtl/*; hierarchy -check -top " + top(p) +
                                "; proc; check -assert'"));
  EXPECT_EQ("", run(folder, "iverilog -g2012 -Wall -Wno-timescale -o /dev/null -s " + top(p) +
                                " -f filelist.f"));
}

INSTANTIATE_TEST_SUITE_P(Shells, Plugins, testing::ValuesIn(cases), [](const auto& info) {
  return std::string(info.param.shell == Shell::OpenNic ? "opennic" : "corundum") +
         std::to_string(info.index);
});

// Whoever reads it as Verilog 2001, as the shells' builds do.
TEST(Plugin, FilesThatShellsReadAreOldVerilog) {
  const pipeline::Pipeline p = pass_all();
  EXPECT_EQ(
      "",
      run(folder_of(p, Shell::OpenNic),
          "iverilog -g2001 -Wall -Wno-timescale -o /dev/null box_250mhz/box_250mhz_address_map.v"));
  const std::string folder = folder_of(p, Shell::Corundum);
  EXPECT_EQ("", run(folder, "yosys -q -p 'read_verilog rtl/mqnic_app_block.v'"));
}

TEST(Plugin, SameInputSameBytes) {
  for (const Shell shell : {Shell::OpenNic, Shell::Corundum})
    EXPECT_EQ(plugin(hash_lookup(), shell).files, plugin(hash_lookup(), shell).files);
}

std::string refusal(const pipeline::Pipeline& p, Shell shell) {
  try {
    check_fits(p, shell);
    return "";
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
}

TEST(Plugin, WhatDoesNotFitIsTold) {
  for (const Shell shell : {Shell::OpenNic, Shell::Corundum}) {
    pipeline::Pipeline p = pass_all();
    EXPECT_EQ("", refusal(p, shell));
    p.clock_mhz = 300;
    EXPECT_EQ("", refusal(p, shell));
    p.clock_mhz = 249;
    EXPECT_EQ("PW-SHL-003", refusal(p, shell));
    p.bus_bytes = 32;
    EXPECT_EQ("PW-SHL-002", refusal(p, shell));
    p.tc = true;
    EXPECT_EQ("PW-SHL-005", refusal(p, shell));
  }
}

TEST(Plugin, WarnsOfOutputThatGoesNowhere) {
  const auto warnings = [](const pipeline::Pipeline& p) {
    return shell_warnings(emit_verilog(p, {"0", "test"}), Shell::Corundum);
  };
  EXPECT_TRUE(warnings(hash_lookup()).empty());
  ASSERT_EQ(1u, warnings(count_protocols()).size());
  EXPECT_EQ("PW-SHL-004", warnings(count_protocols())[0].code);
}

} // namespace
} // namespace pw::test
