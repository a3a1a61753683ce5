// pipewright diff.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

std::string capture(const std::string& name) {
  return PW_SOURCE_DIR "/examples/" + name + "/traffic.pcap";
}

TEST(Diff, EqualEnginesAreZero) {
  const Outcome o = pipewright(
      {"diff", example("mac_swap"), "--engines", "interp,model", "--in", capture("mac_swap")});
  EXPECT_EQ(o.code, 0) << o.err << o.out;
  EXPECT_THAT(o.out, HasSubstr("no difference: "));
}

TEST(Diff, JsonWithoutADifference) {
  const Outcome o = pipewright({"diff", example("mac_swap"), "--engines", "interp,model", "--in",
                                capture("mac_swap"), "--json"});
  ASSERT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("engines"), nlohmann::json({"interp", "model"}));
  EXPECT_GT(j.at("compared"), 0);
  EXPECT_EQ(j.at("difference"), nullptr);
}

TEST(Diff, EngineLists) {
  for (const char* engines : {"interp", "interp,interp", "interp,fpga", "", ","}) {
    const Outcome o = pipewright(
        {"diff", example("mac_swap"), "--engines", engines, "--in", capture("mac_swap")});
    EXPECT_EQ(o.code, 1) << engines;
    EXPECT_THAT(o.err, HasSubstr("PW-OPT-0")) << engines;
  }
}

} // namespace
} // namespace pw::cli_test
