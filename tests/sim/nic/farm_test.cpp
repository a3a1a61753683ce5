// The farm of micro-engines against the simulator of one.
#include "backends/nfp/nfp.h"
#include "frontend/frontend.h"
#include "sim/nfp/nfp_engine.h"
#include "sim/nic/estimate.h"
#include "sim/nic/nfp_farm.h"
#include "sim/nic/nic.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw::nic {
namespace {

class Farm : public testing::Test {
protected:
  void SetUp() override {
    object_ = open_object(
        test::compile_file(test::source_dir() + "/examples/count_protocols/count_protocols.bpf.c"),
        {});
    const Program& program = select_program(object_, "", ProgramType::Unknown);
    const nfp::FirmwareProfile profile;
    const LiftedProgram lifted =
        lift_program(object_, program, nfp::lift_options(profile, LiftOptions{}));
    elf_ = nfp::write_elf(nfp::compile_program(object_, program, lifted, profile).image, object_,
                          profile);
    input_.program.object = &object_;
    input_.program.program = &program;
    input_.program.nfp_elf = &elf_;
    input_.engine = EstimateEngine::Nfp;
    input_.search = false;
    input_.traffic = parse_traffic("packets=3000,size=64,proto=udp,rate=line");
  }

  Object object_;
  std::vector<std::uint8_t> elf_;
  EstimateInput input_;
};

TEST_F(Farm, OfOneEngineIsAsFastAsItsSimulator) {
  input_.card.engines = 1;
  input_.card.firmware_clocks = 1;
  const EstimateResult r = estimate(input_);
  me::NfpEngine alone(input_.program, input_.card);
  const auto rate = alone.estimate(generate_traffic(input_.traffic));
  ASSERT_TRUE(rate && r.card);
  const double clocks = rate->clocks_per_packet + 1; // of the farm's firmware
  EXPECT_NEAR(r.run.carried.mpps, input_.card.clock_mhz / clocks,
              0.02 * input_.card.clock_mhz / clocks);
  EXPECT_GT(r.card->busy, 0.0);
  EXPECT_LE(r.card->busy, 1.0);
}

TEST_F(Farm, HasTheVerdictsOfTheSimulator) {
  input_.card.engines = 7;
  input_.traffic = parse_traffic("packets=2000,size=64-200,rate=1G,other=10%,malformed=5%");
  const EstimateResult r = estimate(input_);
  ASSERT_EQ(r.run.lost, 0u);
  me::NfpEngine alone(input_.program);
  std::vector<std::uint64_t> counts(5);
  for (const PacketResult& result : alone.run(generate_traffic(input_.traffic)))
    ++counts.at(result.retval);
  for (std::size_t v = 0; v < counts.size(); ++v)
    EXPECT_EQ(r.run.verdicts[v].frames, counts[v]) << v;
}

// Twice the engines, twice the packets, as long as it is engines that packets wait for.
TEST_F(Farm, GrowsWithItsEngines) {
  std::vector<double> mpps;
  for (const unsigned engines : {2u, 4u}) {
    input_.card.engines = engines;
    mpps.push_back(estimate(input_).run.carried.mpps);
  }
  EXPECT_NEAR(mpps[1] / mpps[0], 2, 0.04);
}

// 50 engines at 800 MHz, 1200 clocks of firmware: what was measured for dropping programs.
TEST_F(Farm, OfTheDefaultCardIsAsFastAsTheRealOne) {
  input_.traffic = parse_traffic("packets=6000,size=64,rate=line,proto=udp");
  const EstimateResult r = estimate(input_);
  EXPECT_GT(r.run.carried.mpps, 26.0);
  EXPECT_LT(r.run.carried.mpps, 33.4);
  EXPECT_EQ(r.bottleneck, "engines");
}

// Additions are atomic and memory is one: no engine counts for itself.
TEST_F(Farm, CountsTogetherOverAllEngines) {
  input_.card.engines = 13;
  NfpFarm* farm = nullptr;
  Nic nic(input_.nic, [&](Ledger& ledger) {
    auto made =
        std::make_unique<NfpFarm>("engine", input_.program, input_.card, MapState{}, ledger);
    farm = made.get();
    return made;
  });
  input_.traffic = parse_traffic("packets=3000,size=64,proto=udp,rate=5Mpps");
  const RunFigures run = nic.run(*make_feed(input_.traffic));
  ASSERT_EQ(run.lost, 0u);
  std::uint64_t sum = 0;
  for (const auto& [name, contents] : farm->maps())
    for (const auto& [key, value] : contents)
      for (std::size_t i = 0; i < value.size(); ++i)
        sum += std::uint64_t{value[i]} << (8 * (i % 8));
  EXPECT_EQ(sum, 3000u);
  EXPECT_GT(run.components.at(2).frames, 0u);
}

// Each packet adds to one counter in external memory, and looks it up before. A unit that is busy
// with an addition for 400 clocks does 2 million of them in a second, however many engines there
// are.
TEST_F(Farm, IsAsFastAsTheMemoryThatAllItsEnginesNeed) {
  input_.traffic = parse_traffic("packets=12000,size=64,proto=udp,rate=20Mpps");
  input_.card.memories.emem_units = 1;
  input_.card.memories.emem_atomic_clocks = 400;
  const double clocks = 400 + 2 * input_.card.helper_reads * (2 + 8.0);
  double waits = 0;
  for (const unsigned engines : {25u, 50u}) {
    input_.card.engines = engines;
    const EstimateResult r = estimate(input_);
    EXPECT_NEAR(r.run.carried.mpps, 800 / clocks, 0.01 * 800 / clocks) << engines;
    EXPECT_EQ(r.bottleneck, "external memory");
    EXPECT_NE(r.bottleneck_text.find("clocks each for the unit"), std::string::npos)
        << r.bottleneck_text;
    EXPECT_LT(r.card->busy, 0.5);
    EXPECT_GT(r.card->queue_clocks, waits);
    waits = r.card->queue_clocks;
  }
}

// Waits grow with load, and there are next to none without.
TEST_F(Farm, WaitsLongerForMemoryUnderLoad) {
  input_.card.memories.emem_atomic_clocks = 40;
  double before = -1;
  for (const char* rate : {"0.1Mpps", "8Mpps", "16Mpps"}) {
    input_.traffic =
        parse_traffic(std::string("packets=4000,size=64,proto=udp,arrival=poisson,rate=") + rate);
    const EstimateResult r = estimate(input_);
    EXPECT_GT(r.card->queue_clocks, before) << rate;
    if (before < 0)
      EXPECT_LT(r.card->queue_clocks, 1);
    before = r.card->queue_clocks;
  }
}

TEST_F(Farm, LosesFramesThatTheCardCanNotHold) {
  input_.traffic = parse_traffic("packets=20,size=4000,rate=1G");
  const EstimateResult r = estimate(input_);
  ASSERT_EQ(r.run.losses.size(), 1u);
  EXPECT_EQ(r.run.losses[0].place, "card");
}

} // namespace
} // namespace pw::nic
