// Cases with a closed form.
#include "sim/nic/mac.h"
#include "tests/sim/nic/support.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pw::nic {
namespace {

using test::component;
using test::fixed;
using test::run;

class Port : public testing::TestWithParam<unsigned> {};

// Bytes on the wire: the frame with FCS, 8 of preamble, 12 of gap.
TEST_P(Port, BringsExactlyItsLineRateOfFramesOfOneSize) {
  const unsigned gbps = GetParam();
  NicConfig config;
  config.port = parse_port(std::to_string(gbps) + "G");
  for (const unsigned size : {64u, 65u, 128u, 256u, 512u, 1024u, 1518u}) {
    const RunFigures r =
        run(config, fixed(100), "packets=2000,rate=line,size=" + std::to_string(size));
    const double mpps = gbps * 1000.0 / (8 * (size + 20));
    EXPECT_DOUBLE_EQ(r.offered.mpps, mpps) << size;
    EXPECT_DOUBLE_EQ(r.offered.gbps, gbps) << size;
    EXPECT_NEAR(r.carried.mpps, mpps, mpps * 0.001) << size;
    EXPECT_EQ(r.lost, 0u) << size;
    EXPECT_EQ(r.carried.frames, 2000u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Port, testing::Values(10u, 25u, 40u, 100u, 200u, 400u));

TEST(Formula, LatencyIsThatOfPortAndEngine) {
  NicConfig config;
  config.port = parse_port("10G");
  const RunFigures r = run(config, fixed(50'000), "packets=1000,rate=1G,size=64");
  EXPECT_DOUBLE_EQ(r.latency.least_ns, 60 + 50);
  EXPECT_DOUBLE_EQ(r.latency.most_ns, 60 + 50);
  EXPECT_DOUBLE_EQ(r.latency.p50_ns, 60 + 50);
  EXPECT_NEAR(r.latency.mean_ns, 60 + 50, 1e-6);
}

TEST(Formula, AnEngineTooSlowCarriesOnePacketInItsServiceTime) {
  const RunFigures r = run({}, fixed(20'000), "packets=20000,rate=line,size=64");
  EXPECT_DOUBLE_EQ(r.carried.mpps, 50);
  ASSERT_EQ(r.losses.size(), 1u);
  EXPECT_EQ(r.losses[0].place, "receive buffer");
  // A buffer of 4096 cells fills, and all that is above 50 Mpps is lost.
  const double offered = 20'000, seconds = offered * 6.72e-9;
  EXPECT_NEAR(double(r.lost), offered - 4096 - seconds * 50e6, 3);
  EXPECT_EQ(r.lost + r.carried.frames, r.offered.frames);
  EXPECT_GT(r.growth, 0.0);
  EXPECT_DOUBLE_EQ(component(r, "port").utilisation, 1);
}

// M/D/1: the mean wait is rho s / (2 (1 - rho)).
TEST(Formula, PoissonArrivalsWaitAsLongAsTheFormulaSays) {
  const double service_ns = 100, rho = 0.8;
  const RunFigures r = run({}, fixed(100'000), "packets=400k,size=64,arrival=poisson,rate=8Mpps");
  const ComponentFigures& buffer = component(r, "receive buffer");
  const double wait = rho * service_ns / (2 * (1 - rho));
  EXPECT_NEAR(buffer.mean_wait_ns - service_ns, wait, wait * 0.05);
}

TEST(Formula, QueuesObeyLittlesLaw) {
  for (const char* text : {"packets=50k,size=imix,arrival=poisson,rate=30G",
                           "packets=50k,size=64,arrival=burst:64,rate=20G"}) {
    NicConfig config;
    config.host.queue_mpps = 3;
    Nic nic(config, fixed(30'000, XDP_PASS, Way::Host));
    const auto feed = make_feed(test::traffic(text));
    const RunFigures r = nic.run(*feed);
    for (const char* name : {"receive buffer", "PCIe"}) {
      const ComponentFigures& c = component(r, name);
      ASSERT_EQ(c.frames, 50'000u) << name;
      const double span_ns = double(nic.ledger().end()) / 1000;
      const double arrivals = double(c.frames) / span_ns; // a ns
      EXPECT_NEAR(c.mean_count, arrivals * c.mean_wait_ns, c.mean_count * 0.01) << name << text;
      EXPECT_GT(c.mean_count, 0.01) << name;
    }
  }
}

TEST(Formula, PcieCarriesWhatItsBytesCost) {
  NicConfig config;
  config.pcie.generation = 3;
  config.pcie.lanes = 8;
  const RunFigures r =
      run(config, fixed(100, XDP_PASS, Way::Host), "packets=20000,rate=line,size=1518");
  // 1514 bytes in 6 TLPs of 24 bytes more, a completion of 16, 1/8 of two TLPs' heads.
  const double bytes = 1514 + 6 * 24 + 16 + 48.0 / 8;
  const double gbps = 8 * 8 * 128 / 130.0 * 0.95;
  const double mpps = gbps * 1000 / (8 * bytes);
  EXPECT_NEAR(r.carried.mpps, mpps, mpps * 0.001);
  ASSERT_FALSE(r.losses.empty());
  EXPECT_EQ(r.losses[0].place, "DMA buffer");
}

TEST(Formula, AHostQueueKeepsItsDepthAndItsRate) {
  NicConfig config;
  config.host.queue_mpps = 2;
  config.host.depth = 64;
  const RunFigures r =
      run(config, fixed(100, XDP_PASS, Way::Host), "packets=10000,rate=10Mpps,flows=single");
  ASSERT_EQ(r.losses.size(), 1u);
  EXPECT_EQ(r.losses[0].place, "host queue");
  EXPECT_NEAR(double(r.carried.frames), 10'000 * 2.0 / 10 + 64, 3);
  EXPECT_EQ(component(r, "host").most_level, 64);
}

// A host that is too slow shows before its queues are full, and so does a port.
TEST(Formula, ABacklogShowsBeforeItIsLost) {
  NicConfig config;
  config.host.queue_mpps = 9.9;
  const auto host = fixed(100, XDP_PASS, Way::Host);
  const std::string traffic = "packets=10000,flows=single,rate=";
  const RunFigures slow = run(config, host, traffic + "10Mpps");
  EXPECT_EQ(slow.lost, 0u);
  EXPECT_NEAR(slow.growth, 0.1 / 9.9, 0.001);
  EXPECT_NEAR(run(config, host, traffic + "9.8Mpps").growth, 0, 1e-5);
  EXPECT_NEAR(run({}, fixed(10'100), "packets=10000,rate=100Mpps").growth, 0.01, 0.001);
}

TEST(Formula, BothPortsTransmitAtLineRate) {
  for (const Way way : {Way::Transmit, Way::Redirect}) {
    const RunFigures r = run({}, fixed(100, way == Way::Transmit ? XDP_TX : XDP_REDIRECT, way),
                             "packets=5000,rate=line,size=256");
    EXPECT_EQ(r.lost, 0u);
    EXPECT_NEAR(component(r, way == Way::Transmit ? "transmit" : "redirect").utilisation, 1, 0.01);
    EXPECT_EQ(r.verdicts.at(way == Way::Transmit ? XDP_TX : XDP_REDIRECT).frames, 5000u);
  }
}

// Nothing depends on how often the kernel is visited, and nothing on what ran before.
TEST(Formula, TheQuantumChangesNothing) {
  std::vector<double> seen;
  for (const Time quantum : {Time{100'000}, Time{1'000'000}, Time{1'000'000'000}}) {
    NicConfig config;
    config.quantum = quantum;
    config.host.queue_mpps = 1;
    const RunFigures r = run(config, fixed(25'000, XDP_PASS, Way::Host),
                             "packets=20000,size=imix,arrival=poisson,rate=60G");
    std::vector<double> now = {r.carried.mpps,
                               r.carried.gbps,
                               double(r.lost),
                               r.latency.mean_ns,
                               r.latency.p99_ns,
                               r.latency.most_ns,
                               r.components[1].mean_level};
    if (seen.empty())
      seen = now;
    EXPECT_EQ(now, seen);
  }
}

TEST(Formula, ASecondRunBeginsWithEmptyFiguresAndTheSameAnswer) {
  Nic nic({}, fixed(20'000));
  std::vector<RunFigures> runs;
  for (int i = 0; i < 2; ++i) {
    const auto feed = make_feed(test::traffic("packets=9000,rate=line,size=64"));
    runs.push_back(nic.run(*feed));
  }
  EXPECT_EQ(runs[0].lost, runs[1].lost);
  EXPECT_EQ(runs[0].offered.frames, runs[1].offered.frames);
  EXPECT_DOUBLE_EQ(runs[0].carried.mpps, runs[1].carried.mpps);
}

class FailingEngine : public FixedEngine {
public:
  explicit FailingEngine(Ledger& ledger)
      : FixedEngine("engine", 1000, XDP_DROP, Way::End, ledger) {}

protected:
  Time accept(Transaction& transaction, Time time) override {
    if (frame_of(transaction).index == 100)
      throw std::runtime_error("the hundredth");
    return FixedEngine::accept(transaction, time);
  }
};

TEST(Formula, WhatAnEngineThrowsComesOut) {
  for (int i = 0; i < 2; ++i) { // the next NIC has a kernel of its own
    Nic nic({}, [](Ledger& ledger) { return std::make_unique<FailingEngine>(ledger); });
    const auto feed = make_feed(test::traffic("packets=3000,rate=line,size=64"));
    EXPECT_THROW(nic.run(*feed), std::runtime_error);
  }
}

// With pause frames the sender goes as fast as the engine does, and nothing is lost.
TEST(Formula, PauseFramesLoseNothingAndHoldTheSenderForTheRest) {
  NicConfig config;
  config.pause = PauseConfig{};
  const RunFigures r = run(config, fixed(20'000), "packets=40000,rate=line,size=64");
  EXPECT_EQ(r.lost, 0u);
  EXPECT_EQ(r.carried.frames, 40'000u);
  EXPECT_NEAR(r.carried.mpps, 50, 0.1);
  // Of the time of 40000 frames at 50 Mpps the wire carries them for 6.72 ns each.
  EXPECT_NEAR(r.paused, 1 - 6.72 / 20, 0.06);
  EXPECT_LT(component(r, "receive buffer").most_level, 131'072 + 0.5 / 0.00672 * 128 + 128);
  EXPECT_EQ(run(config, fixed(5'000), "packets=20000,rate=line,size=64").paused, 0);
}

// Two marks apart: the buffer never runs empty while the sender is held.
TEST(Formula, PauseFramesKeepTheEngineBusy) {
  NicConfig config;
  config.pause = PauseConfig{.stop_bytes = 20'000, .go_bytes = 10'000, .reaction_ns = 1000};
  const RunFigures r = run(config, fixed(20'000), "packets=20000,rate=line,size=64");
  EXPECT_EQ(r.lost, 0u);
  EXPECT_NEAR(r.carried.mpps, 50, 0.05);
}

// What the host sends leaves less of the wire to packets that go back.
TEST(Formula, TheHostSendsThroughTheSamePort) {
  NicConfig config;
  config.transmit.host_gbps = 40;
  config.transmit.host_bytes = 64;
  const auto back = fixed(100, XDP_TX, Way::Transmit);
  const std::string size = "packets=30000,size=64,rate=";
  EXPECT_EQ(run(config, back, size + "59G").lost, 0u);
  const RunFigures r = run(config, back, size + "80G");
  ASSERT_EQ(r.losses.size(), 1u);
  EXPECT_EQ(r.losses[0].place, "transmit buffer");
  EXPECT_NEAR(component(r, "transmit").utilisation, 1, 0.01);
  EXPECT_FALSE(component(r, "transmit").why.empty());
  EXPECT_EQ(run(config, fixed(100, XDP_REDIRECT, Way::Redirect), size + "line").lost, 0u);
}

// However many frames of the host go by between two packets.
TEST(Formula, TheHostSendsThroughGapsOfADay) {
  NicConfig config;
  config.transmit.host_gbps = 50;
  constexpr std::uint64_t day = 86'400'000'000'000; // ns
  std::vector<Packet> packets(3);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i].bytes.resize(60);
    packets[i].time_ns = i * day;
  }
  Nic nic(config, fixed(100, XDP_TX, Way::Transmit));
  const auto feed = make_feed(packets);
  const RunFigures r = nic.run(*feed);
  EXPECT_EQ(r.lost, 0u);
  EXPECT_NEAR(component(r, "transmit").utilisation, 0.5, 0.01);
}

TEST(Formula, FramesAreSentAtOnceAsOneByOne) {
  std::uint64_t state = 1;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 2000; ++round) {
    const SteadyFrames frames{1 + random(20), random(20)};
    const Time begin = random(500), until = random(1000);
    Time next = begin, free = random(1000);
    Time expected_next = next, expected_free = free;
    std::uint64_t expected = 0;
    for (; expected_next <= until; expected_next += frames.gap, ++expected)
      expected_free = std::max(expected_next, expected_free) + frames.taken;
    EXPECT_EQ(send_steadily(frames, until, next, free), expected);
    EXPECT_EQ(next, expected_next);
    ASSERT_EQ(free, expected_free) << frames.gap << " " << frames.taken << " " << begin;
  }
}

TEST(Formula, ABusTooNarrowLosesFramesAtThePort) {
  NicConfig config;
  config.port.bus_mhz = 100; // a frame of 64 bytes a clock: 100 of 148.8 Mpps
  const RunFigures r = run(config, fixed(100), "packets=20000,rate=line,size=64");
  ASSERT_FALSE(r.losses.empty());
  EXPECT_EQ(r.losses[0].place, "port");
  EXPECT_NEAR(r.carried.mpps, 100, 1);
}

} // namespace
} // namespace pw::nic
