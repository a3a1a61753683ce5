// The project script, run by tclsh with stand-ins for Vivado's commands.
#include "backends/fpga/vivado.h"

#include "support/diagnostic.h"
#include "support/process.h"
#include "tests/backends/verilog/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pw::fpga {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* stand_ins = R"(
proc record {name args} { puts "$name $args" }
foreach name {create_project set_property update_compile_order launch_runs wait_on_run open_run
              report_utilization report_timing_summary report_timing} {
  proc $name args "puts \"$name \$args\""
}
proc add_files args {
  puts "add_files $args"
  foreach file [lindex $args end] { if {![file exists $file]} { error "no file $file" } }
}
proc get_files args { return $args }
proc get_runs name { return $name }
proc current_fileset {} { return sources_1 }
)";

class VivadoProject : public testing::Test {
protected:
  void SetUp() override {
    if (find_tool({"tclsh"}).empty())
      GTEST_SKIP() << "tclsh is not on this machine";
    folder_ = fs::temp_directory_path() / ("pw_vivado_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    const pipeline::Pipeline p = test::count_protocols();
    const VerilogOutput verilog = emit_verilog(p, {"0", "test"});
    top_ = verilog.top;
    for (const auto& [name, text] : verilog.files)
      std::ofstream(folder_ / name) << text;
    for (const auto& [name, text] : vivado_project(verilog, p))
      std::ofstream(folder_ / name) << text;
    std::ofstream(folder_ / "stand_ins.tcl") << stand_ins;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string run(const std::string& arguments) const {
    return output_of({"sh", "-c",
                      "cd / && printf 'source %s/stand_ins.tcl\\nset argv [list " + arguments +
                          "]\\nsource %s/" + top_ + ".tcl\\n' '" + folder_.string() + "' '" +
                          folder_.string() + "' | tclsh 2>&1"});
  }

  fs::path folder_;
  std::string top_;
};

TEST_F(VivadoProject, AddsFilesThatAreThere) {
  const std::string said = run("");
  EXPECT_THAT(said, HasSubstr("create_project -force " + top_));
  EXPECT_THAT(said, HasSubstr("-part xcu50-fsvh2104-2-e"));
  EXPECT_THAT(said, HasSubstr(top_ + ".sv"));
  EXPECT_THAT(said, HasSubstr("pw_fifo.sv"));
  EXPECT_THAT(said, HasSubstr("out_of_context"));
  EXPECT_THAT(said, HasSubstr("report_timing -max_paths"));
  EXPECT_THAT(said, testing::Not(HasSubstr("no file")));
}

TEST_F(VivadoProject, StopsWhereItIsTold) {
  EXPECT_THAT(run("project"), testing::Not(HasSubstr("launch_runs")));
  EXPECT_THAT(run("synth"), testing::Not(HasSubstr("impl_1")));
  EXPECT_THAT(run("place"), HasSubstr("unknown step 'place'"));
}

TEST(Vivado, ClockOfThePipeline) {
  pipeline::Pipeline p = test::pass_all();
  p.clock_mhz = 322.265625;
  const VerilogOutput verilog = emit_verilog(p, {"0", "test"});
  EXPECT_THAT(vivado_project(verilog, p).at(verilog.top + ".xdc"), HasSubstr("-period 3.103"));
}

TEST(Vivado, OnlyItsOwnDevices) {
  pipeline::Pipeline p = test::pass_all();
  p.device = "ice40hx8k";
  try {
    vivado_project(emit_verilog(p, {"0", "test"}), p);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().at(0).code, "PW-SYN-004");
  }
}

} // namespace
} // namespace pw::fpga
