// Programs in the NIC: the pipeline's model and its Verilog agree with each other and with the
// engines that know no NIC; micro-engines agree with their simulator.
#include "tests/sim/nic/subject.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace pw::nic {
namespace {

using test::estimate;
using test::Subject;

class Example : public testing::TestWithParam<const char*> {};

TEST_P(Example, IsTheSameAsModelAndAsVerilog) {
  const Subject subject(GetParam());
  const std::string traffic = "packets=3000,size=64-300,flows=zipf:1.1:50,rate=line,other=5%";
  const RunFigures model = estimate(subject, EstimateEngine::Model, traffic).run;
  const RunFigures rtl = estimate(subject, EstimateEngine::Rtl, traffic).run;
  EXPECT_NEAR(rtl.carried.mpps, model.carried.mpps, 0.01 * model.carried.mpps);
  EXPECT_NEAR(rtl.latency.p99_ns, model.latency.p99_ns, 0.01 * model.latency.p99_ns);
  EXPECT_EQ(rtl.lost, model.lost);
  ASSERT_EQ(rtl.verdicts.size(), model.verdicts.size());
  for (std::size_t v = 0; v < model.verdicts.size(); ++v)
    EXPECT_EQ(rtl.verdicts[v].frames, model.verdicts[v].frames) << model.verdicts[v].verdict;
}

TEST_P(Example, HasTheVerdictsOfTheInterpreter) {
  const Subject subject(GetParam());
  const TrafficSpec spec = parse_traffic("packets=3000,size=64-300,flows=zipf:1.1:50,other=5%");
  const RunFigures model = estimate(subject, EstimateEngine::Model,
                                    "packets=3000,size=64-300,flows=zipf:1.1:50,other=5%")
                               .run;
  const auto interp = make_interp_engine(subject.input);
  std::vector<std::uint64_t> counts(5);
  for (const PacketResult& r : interp->run(generate_traffic(spec)))
    ++counts[r.retval < 5 ? r.retval : 0];
  ASSERT_EQ(model.lost, 0u);
  for (std::size_t v = 0; v < counts.size(); ++v)
    EXPECT_EQ(model.verdicts[v].frames, counts[v]) << v;
}

INSTANTIATE_TEST_SUITE_P(All, Example, testing::Values("firewall", "mac_swap", "learning_bridge"),
                         [](const auto& info) { return info.param; });

// 64 bytes are one beat of 512 bits: a packet a clock, unless packets wait for a map.
std::map<std::string, double> shares(const EstimateResult& result) {
  std::map<std::string, double> shares;
  for (const VerdictFigures& v : result.run.verdicts)
    if (v.frames > 0)
      shares[v.verdict] = double(v.frames);
  return shares;
}

// What goes on is for the host, as the verdicts of tc name it.
TEST(TcPrograms, KeepTheirVerdicts) {
  const auto passes =
      estimate(Subject("tc_packet_length"), EstimateEngine::Model, "packets=1000,size=64,rate=1G");
  EXPECT_EQ(shares(passes), (std::map<std::string, double>{{"TC_ACT_OK", 1000}}));
  const Subject policer("tc_policer");
  const std::string traffic = "packets=4000,size=1500,rate=40G";
  const auto polices = shares(estimate(policer, EstimateEngine::Model, traffic));
  EXPECT_GT(polices.at("TC_ACT_OK"), 0);
  EXPECT_GT(polices.at("TC_ACT_SHOT"), 2000);
  EXPECT_EQ(shares(estimate(policer, EstimateEngine::Rtl, traffic)), polices);
}

TEST(Search, FindsTheClockOfASlowPipeline) {
  const Subject subject("mac_swap", 100);
  const EstimateResult r =
      estimate(subject, EstimateEngine::Model, "packets=4000,size=64,rate=line", true);
  ASSERT_TRUE(r.lossless);
  EXPECT_FALSE(r.lossless->line_rate);
  EXPECT_NEAR(r.lossless->mpps, 100, 0.2);
  EXPECT_TRUE(r.lossless->limit == "pipeline" || r.lossless->limit == "deparser");
  EXPECT_FALSE(r.bottleneck_text.empty());
}

// 60 bytes come, 128 leave: the second port is the limit, although its buffer takes the excess of
// a short run.
TEST(Search, SeesAPortThatIsTooSlow) {
  const Subject subject("pad");
  const EstimateResult r =
      estimate(subject, EstimateEngine::Model, "packets=4000,size=64,rate=line", true);
  ASSERT_TRUE(r.lossless);
  EXPECT_EQ(r.lossless->limit, "transmit");
  EXPECT_NEAR(r.lossless->mpps, r.run.carried.mpps, 0.01 * r.lossless->mpps);
}

TEST(Search, StopsAtLineRate) {
  const Subject subject("mac_swap");
  const EstimateResult r =
      estimate(subject, EstimateEngine::Model, "packets=4000,size=64,rate=10G", true);
  ASSERT_TRUE(r.lossless);
  EXPECT_TRUE(r.lossless->line_rate);
  EXPECT_DOUBLE_EQ(r.lossless->gbps, 100);
  EXPECT_EQ(r.lossless->limit, "port");
}

std::string code_of(const std::function<void()>& function) {
  try {
    function();
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
  return "";
}

TEST(Estimate, RefusesRatesThatThePortCanNotBring) {
  const Subject subject("mac_swap");
  for (const char* traffic : {"packets=10,rate=200G", "packets=10,size=64,rate=149Mpps",
                              "packets=10,size=1518,rate=10Mpps"})
    EXPECT_EQ(code_of([&] { estimate(subject, EstimateEngine::Model, traffic); }), "PW-NIC-004")
        << traffic;
  EXPECT_EQ(code_of([&] { estimate(subject, EstimateEngine::Model, "packets=10,rate=148Mpps"); }),
            "");
}

TEST(Estimate, RefusesNoPackets) {
  const Subject subject("mac_swap");
  EXPECT_EQ(code_of([&] { estimate(subject, EstimateEngine::Model, "packets=0"); }), "PW-NIC-005");
  EstimateInput input;
  input.program = subject.input;
  const std::vector<Packet> none;
  input.capture = &none;
  EXPECT_EQ(code_of([&] { nic::estimate(input); }), "PW-NIC-005");
}

TEST(Estimate, RefusesFramesThatNoPipelineCanHold) {
  const Subject subject("mac_swap");
  EstimateInput input;
  input.program = subject.input;
  const std::vector<Packet> giant = {{std::vector<std::uint8_t>(40'000), 0}};
  input.capture = &giant;
  EXPECT_EQ(code_of([&] { nic::estimate(input); }), "PW-IN-090");
}

} // namespace
} // namespace pw::nic
