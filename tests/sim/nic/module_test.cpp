// The module that Verilator makes for SystemC, at its own clock in the NIC's kernel, against the
// same Verilog as a plain class that is driven ahead of the kernel: nothing may tell them apart.
#include "cli/estimate_report.h"
#include "tests/sim/nic/subject.h"

#include <gtest/gtest.h>

namespace pw::nic {
namespace {

using test::estimate;
using test::Subject;

// Every figure there is.
std::string all_of(const EstimateResult& r) { return cli::estimate_json(r, {}).dump(1); }

class Module : public testing::TestWithParam<const char*> {};

TEST_P(Module, HasTheSameFiguresAsThePlainClassInASearchToo) {
  const Subject subject(GetParam());
  const std::string traffic = "packets=2000,size=imix,flows=zipf:1.1:50,arrival=poisson,rate=60G";
  const EstimateResult module = estimate(subject, EstimateEngine::Rtl, traffic, true);
  EXPECT_EQ(all_of(module), all_of(estimate(subject, EstimateEngine::PlainRtl, traffic, true)));
  EXPECT_EQ(module.run.offered.frames, 2000u);
  EXPECT_GT(module.lossless->runs, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Module, testing::Values("firewall", "mac_swap"),
                         [](const auto& info) { return info.param; });

// A clock of 90 MHz on a full port: the buffer overflows, and every loss is the same one.
TEST(Module, LosesTheSameFramesWhereItIsTooSlow) {
  const Subject subject("mac_swap", 90);
  const std::string traffic = "packets=30000,size=64,rate=line";
  const EstimateResult module = estimate(subject, EstimateEngine::Rtl, traffic);
  EXPECT_GT(module.run.lost, 0u);
  EXPECT_EQ(all_of(module), all_of(estimate(subject, EstimateEngine::PlainRtl, traffic)));
}

// A pause frame reaches a sender that runs ahead of the kernel in time.
TEST(Module, HoldsTheSenderWhenTheModelDoes) {
  const Subject subject("mac_swap", 90);
  EstimateInput input;
  input.program = subject.input;
  input.traffic = parse_traffic("packets=20000,size=64,rate=line");
  input.search = false;
  input.nic.pause = PauseConfig{};
  const RunFigures model = nic::estimate(input).run;
  input.engine = EstimateEngine::Rtl;
  const RunFigures module = nic::estimate(input).run;
  EXPECT_EQ(module.lost, 0u);
  EXPECT_GT(module.paused, 0.1);
  EXPECT_DOUBLE_EQ(module.paused, model.paused);
  EXPECT_DOUBLE_EQ(module.carried.mpps, model.carried.mpps);
}

} // namespace
} // namespace pw::nic
