// pipewright synth with the real tools, on a whole program.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

const nlohmann::json& place(const nlohmann::json& report, const std::string& name) {
  for (const auto& place : report.at("places"))
    if (place.at("place") == name)
      return place;
  throw std::runtime_error("no place " + name);
}

TEST(SynthRun, CostAndPathsWithTheirLines) {
  const Outcome o = pipewright({"synth", example("drop_malformed"), "--json"});
  if (o.code == 4)
    GTEST_SKIP() << "yosys is not on this machine";
  ASSERT_EQ(o.code, 0) << o.err;
  const auto report = o.json();
  EXPECT_GT(report.at("total").at("luts"), 100);
  EXPECT_LT(report.at("share").at("luts"), 0.05);
  EXPECT_EQ(report.at("layout"), nullptr);
  const auto& stage = place(report, "stage 0");
  EXPECT_GT(stage.at("levels"), 0);
  EXPECT_THAT(stage.at("file").get<std::string>(), HasSubstr("drop_malformed.bpf.c"));
  EXPECT_GT(stage.at("line"), 0);
  EXPECT_GT(place(report, "deparser").at("luts"), 0);
}

TEST(SynthRun, SmallDeviceAsText) {
  const Scratch scratch;
  const Outcome o = pipewright({"synth", example("drop_non_ipv4"), "--device", "ice40hx8k", "--bus",
                                "64", "-o", scratch.path("kept")});
  if (o.code == 4)
    GTEST_SKIP() << "yosys or nextpnr-ice40 is not on this machine";
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("placed and routed: "));
  EXPECT_THAT(o.out, HasSubstr("of 7680 logic cells"));
  EXPECT_THAT(o.out, HasSubstr("MHz at most"));
  EXPECT_THAT(o.out, testing::ContainsRegex("\ndeparser +[1-9]"));
  EXPECT_THAT(o.out, HasSubstr("43.75 %")); // 14 of 32 memories
  EXPECT_FALSE(slurp(scratch.path("kept/netlist.json")).empty());
}

// Blocks are called as without it.
TEST(SynthRun, TheControlPortBesideThePipeline) {
  const Outcome o =
      pipewright({"synth", example("drop_non_ipv4"), "--bus", "64", "--control", "live", "--json"});
  if (o.code == 4)
    GTEST_SKIP() << "yosys is not on this machine";
  ASSERT_EQ(o.code, 0) << o.err;
  const auto report = o.json();
  EXPECT_EQ(report.at("top"), "pw_drop_non_ipv4_axil");
  for (const char* name : {"deparser", "axil", "control", "counters"})
    EXPECT_GT(place(report, name).at("luts"), 0) << name;
}

} // namespace
} // namespace pw::cli_test
