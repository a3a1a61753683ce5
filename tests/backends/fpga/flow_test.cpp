// yosys and nextpnr on a small pipeline.
#include "backends/fpga/flow.h"

#include "support/diagnostic.h"
#include "support/process.h"
#include "tests/backends/fpga/netlists.h"
#include "tests/backends/verilog/builder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace pw::fpga {
namespace {

namespace fs = std::filesystem;

class Flow : public testing::Test {
protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("pw_flow_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Synthesis run(pipeline::Pipeline p, const std::string& device, unsigned bus_bytes) {
    p.device = device;
    p.bus_bytes = bus_bytes;
    const VerilogOutput verilog = emit_verilog(p, {"0", "test"});
    return synthesise({&verilog, &p, folder_, {}});
  }

  // The code of the failure; "" if there is none.
  std::string failure(const pipeline::Pipeline& p, const std::string& device, unsigned bus_bytes) {
    try {
      run(p, device, bus_bytes);
      return "";
    } catch (const Failure& failure) {
      return failure.diagnostics().at(0).code;
    }
  }

  // The same for pass_all(), with a tool that does something else.
  std::string with_tool(const std::string& name, const std::string& script,
                        const std::string& device) {
    const std::string before = std::getenv("PATH");
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
    setenv("PATH", (folder_.string() + ":" + before).c_str(), 1);
    const std::string code = failure(test::pass_all(), device, 8);
    setenv("PATH", before.c_str(), 1);
    return code;
  }

  fs::path folder_;
};

#define NEEDS(TOOL)                                                                                \
  if (find_tool({TOOL}).empty())                                                                   \
  GTEST_SKIP() << TOOL " is not on this machine"

unsigned luts(const Cost& cost) {
  unsigned all = 0;
  for (const PlaceCost& place : cost.places)
    all += place.cells.luts;
  return all;
}

TEST_F(Flow, CostByPlaceAddsUp) {
  NEEDS("yosys");
  const Synthesis s = run(test::count_with_interlock(), "xcu50", 64);
  EXPECT_NE(s.tool.find("Yosys"), std::string::npos);
  EXPECT_GT(s.cost.total.luts, 100u);
  EXPECT_GT(s.cost.total.flip_flops, 500u);
  EXPECT_GT(s.cost.total.blocks, 0);
  EXPECT_EQ(luts(s.cost), s.cost.total.luts);
  EXPECT_FALSE(s.layout.has_value());
  const auto stage = std::ranges::find(s.cost.places, "stage 1", &PlaceCost::place);
  ASSERT_NE(stage, s.cost.places.end());
  EXPECT_GT(s.memory_bytes, 1u << 20);
}

TEST_F(Flow, TheSmallDeviceIsPlacedAndRouted) {
  NEEDS("yosys");
  NEEDS("nextpnr-ice40");
  const Synthesis s = run(test::swap_and_drop(), "ice40hx8k", 8);
  ASSERT_TRUE(s.layout.has_value());
  EXPECT_GT(s.layout->fmax_mhz, 10);
  EXPECT_GT(s.layout->cells, 100u);
  EXPECT_EQ(s.layout->cells_there, 7680u);
}

TEST_F(Flow, SaysWhatDoesNotFit) {
  test::NetlistText large;
  for (int i = 0; i < 8000; ++i)
    large.cell("SB_LUT4", {{"I0", {2}}, {"O", {10 + i}}});
  std::ofstream(folder_ / "large.json") << large.text("pw_pins");
  EXPECT_EQ(with_tool("yosys", "cp large.json netlist.json", "ice40hx8k"), "PW-SYN-003");
}

// Nobody has to wait for yosys to hear it.
TEST_F(Flow, SaysAtOnceWhatCanNotFit) {
  pipeline::Pipeline p = test::pass_all();
  p.register_bits = 10'000;
  EXPECT_EQ(failure(p, "ice40hx8k", 8), "PW-SYN-003");
}

TEST_F(Flow, UnknownDevice) { EXPECT_EQ(failure(test::pass_all(), "xc7z020", 64), "PW-DEV-003"); }

TEST_F(Flow, ToolThatIsNotThere) {
  const std::string before = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  EXPECT_EQ(failure(test::pass_all(), "xcu50", 64), "PW-SYN-001");
  setenv("PATH", before.c_str(), 1);
}

TEST_F(Flow, ToolThatStops) {
  EXPECT_EQ(with_tool("yosys", "echo ERROR: out of order; exit 1", "xcu50"), "PW-SYN-002");
}

} // namespace
} // namespace pw::fpga
