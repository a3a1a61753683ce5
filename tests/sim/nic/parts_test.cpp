// Parts by themselves: RSS, meters, parameters, card profiles.
#include "sim/nic/card_profile.h"
#include "sim/nic/meter.h"
#include "sim/nic/rss.h"
#include "sim/nic/search.h"
#include "support/diagnostic.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <unistd.h>

namespace pw::nic {
namespace {

template <typename Function> std::string codes_of(const Function& function) {
  std::string codes;
  try {
    function();
  } catch (const Failure& failure) {
    for (const Diagnostic& d : failure.diagnostics())
      codes += (codes.empty() ? "" : " ") + d.code;
  }
  return codes;
}

// A short run begins with a burst, so that its wait grows though nothing is too slow.
TEST(Bottleneck, LineRateIsNoBacklog) {
  RunFigures run;
  run.growth = 1;
  LosslessFigures lossless;
  lossless.line_rate = true;
  EXPECT_EQ(find_bottleneck(run, lossless).component, "port");
  lossless.line_rate = false;
  EXPECT_NE(find_bottleneck(run, lossless).text.find("the wait grows"), std::string::npos);
}

// Of Microsoft's page on verifying RSS hashes.
TEST(Rss, GivesThePublishedHashes) {
  const std::vector<std::uint8_t> with_ports = {
      66, 9, 149, 187, 161, 142, 100, 80, 2794 >> 8, 2794 & 255, 1766 >> 8, 1766 & 255};
  EXPECT_EQ(toeplitz(with_ports), 0x51ccc178u);
  EXPECT_EQ(toeplitz(std::span(with_ports).first(8)), 0x323e8fc2u);
  const std::vector<std::uint8_t> other = {199, 92, 111,        2,           65,        69,
                                           140, 83, 14230 >> 8, 14230 & 255, 4739 >> 8, 4739 & 255};
  EXPECT_EQ(toeplitz(other), 0xc626b0eau);
  EXPECT_EQ(toeplitz(std::span(other).first(8)), 0xd718262au);
}

std::vector<std::uint8_t> udp_frame(bool vlan, std::uint16_t fragment) {
  std::vector<std::uint8_t> f(12);
  if (vlan)
    f.insert(f.end(), {0x81, 0, 0, 5});
  f.insert(f.end(), {0x08,
                     0,
                     0x45,
                     0,
                     0,
                     46,
                     0,
                     0,
                     std::uint8_t(fragment >> 8),
                     std::uint8_t(fragment),
                     64,
                     17,
                     0,
                     0,
                     66,
                     9,
                     149,
                     187,
                     161,
                     142,
                     100,
                     80,
                     2794 >> 8,
                     2794 & 255,
                     1766 >> 8,
                     1766 & 255,
                     0,
                     26,
                     0,
                     0});
  f.resize(60);
  return f;
}

TEST(Rss, FindsAddressesAndPortsInFrames) {
  EXPECT_EQ(rss_hash(udp_frame(false, 0)), 0x51ccc178u);
  EXPECT_EQ(rss_hash(udp_frame(true, 0)), 0x51ccc178u);
  EXPECT_EQ(rss_hash(udp_frame(false, 0x2000)), 0x323e8fc2u); // a fragment has no ports
  EXPECT_EQ(rss_hash(udp_frame(false, 0x4000)), 0x51ccc178u); // don't fragment
  EXPECT_EQ(rss_hash(std::vector<std::uint8_t>(5)), 0u);
  auto cut = udp_frame(false, 0);
  cut.resize(30);
  EXPECT_EQ(rss_hash(cut), 0u);
}

TEST(Histogram, KeepsValuesToAFiveHundredth) {
  Histogram h;
  for (Time value = 1; value <= 100'000; ++value)
    h.add(value * 7);
  EXPECT_EQ(h.count(), 100'000u);
  EXPECT_EQ(h.least(), 7u);
  EXPECT_EQ(h.most(), 700'000u);
  EXPECT_NEAR(double(h.at(0.5)), 350'000, 350'000 / 256.0);
  EXPECT_NEAR(double(h.at(0.99)), 693'000, 693'000 / 256.0);
  EXPECT_EQ(h.at(1), 700'000u);
  std::uint64_t sum = 0;
  Time before = 0;
  for (const Histogram::Bin& bin : h.bins()) {
    EXPECT_GE(bin.from, before);
    EXPECT_LT(bin.from, bin.below);
    before = bin.below;
    sum += bin.count;
  }
  EXPECT_EQ(sum, h.count());
}

TEST(QueueMeter, CountsLevelsOverTime) {
  QueueMeter q;
  q.enter(0, 100, 10);
  q.enter(50, 200, 20);
  q.pass(400);
  const QueueMeter::Figures f = q.figures();
  EXPECT_DOUBLE_EQ(f.mean_level, (10 * 100 + 20 * 150) / 400.0);
  EXPECT_DOUBLE_EQ(f.mean_count, 250 / 400.0);
  EXPECT_DOUBLE_EQ(f.mean_wait_ps, 125);
  EXPECT_EQ(f.most, 30u);
}

TEST(Clock, RoundsEdgesWithoutAddingUp) {
  const Clock clock(322.265625);
  EXPECT_EQ(clock.edge(322'265'625), 1'000'000'000'000u);
  for (const Time t : {Time{1}, Time{3103}, Time{3104}, Time{999'999'999'999}}) {
    const std::uint64_t n = clock.edge_from(t);
    EXPECT_GE(clock.edge(n), t);
    EXPECT_LT(clock.edge(n - 1), t);
  }
}

TEST(Config, ReadsPortsAndLinks) {
  EXPECT_EQ(parse_port("100G").ps_per_byte(), 80u);
  EXPECT_EQ(parse_port("400").ps_per_byte(), 20u);
  EXPECT_EQ(codes_of([] { parse_port("50G"); }), "PW-NIC-001");
  EXPECT_EQ(codes_of([] { parse_port(""); }), "PW-NIC-001");
  EXPECT_EQ(codes_of([] { parse_port("100M"); }), "PW-NIC-001");
  EXPECT_NEAR(pcie_gbps(parse_pcie("gen3x8")), 63.0, 0.1);
  EXPECT_NEAR(pcie_gbps(parse_pcie("gen4x16")), 252.1, 0.1);
  for (const char* bad : {"", "gen4", "gen9x16", "gen4x3", "gen4x16x", "4x16", "gen4x0"})
    EXPECT_EQ(codes_of([&] { parse_pcie(bad); }), "PW-NIC-002") << bad;
}

TEST(Config, RefusesWhatNoCardHas) {
  NicConfig nic;
  check(nic);
  nic.host.queues = 0;
  EXPECT_EQ(codes_of([&] { check(nic); }), "PW-NIC-003");
  nic = {};
  nic.buffer.bytes = 100;
  EXPECT_EQ(codes_of([&] { check(nic); }), "PW-NIC-003");
}

TEST(Config, RefusesWhatHostsBuffersAndMarksCanNotBe) {
  const auto code = [](const std::function<void(NicConfig&)>& change) {
    NicConfig nic;
    change(nic);
    return codes_of([&] { check(nic); });
  };
  for (const double mpps : {1e-12, 1e-4, -1.0, 20'000.0, std::nan("")})
    EXPECT_EQ(code([&](NicConfig& n) { n.host.queue_mpps = mpps; }), "PW-NIC-003") << mpps;
  EXPECT_EQ(code([](NicConfig& n) { n.host.queue_mpps = 0.001; }), "");
  EXPECT_EQ(code([](NicConfig& n) { n.buffer = {4096, 4097}; }), "PW-NIC-003");
  EXPECT_EQ(code([](NicConfig& n) { n.buffer = {4096, 4096}; }), "");
  EXPECT_EQ(code([](NicConfig& n) { n.transmit.host_gbps = 101; }), "PW-NIC-003");
  EXPECT_EQ(code([](NicConfig& n) { n.transmit.host_bytes = 63; }), "PW-NIC-003");
  EXPECT_EQ(code([](NicConfig& n) { n.pause = PauseConfig{}; }), "");
  EXPECT_EQ(code([](NicConfig& n) { n.pause = PauseConfig{1000, 1000, 1}; }), "PW-NIC-003");
  EXPECT_EQ(code([](NicConfig& n) { n.pause = PauseConfig{262'144, 0, 1}; }), "PW-NIC-003");
}

class CardProfileFile : public testing::Test {
protected:
  std::string write(const nlohmann::json& json) { return write_text(json.dump()); }
  std::string write_text(const std::string& text) {
    std::ofstream(path_) << text;
    return path_.string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  nlohmann::json engines_ = {{"name", "a card"},
                             {"clock_mhz", 633},
                             {"engines", 12},
                             {"contexts", 4},
                             {"ctm_clocks", 60},
                             {"emem_clocks", 300},
                             {"helper_instructions", 50},
                             {"helper_reads", 2},
                             {"firmware_clocks", 900}};
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("card-" + std::to_string(getpid()) + ".json");
};

TEST_F(CardProfileFile, ReplacesThePartsItHas) {
  const CardFile card = read_card(write({{"name", "x"}, {"micro_engines", engines_}}));
  ASSERT_TRUE(card.micro_engines);
  EXPECT_EQ(card.micro_engines->engines, 12u);
  EXPECT_EQ(card.micro_engines->firmware_clocks, 900u);
  EXPECT_FALSE(card.port);
  const CardFile memories =
      read_card(write({{"memory_units",
                        {{"ctm_units", 7},
                         {"ctm_command_clocks", 2},
                         {"ctm_bytes_per_clock", 16},
                         {"emem_units", 3},
                         {"emem_command_clocks", 4},
                         {"emem_bytes_per_clock", 4},
                         {"emem_atomic_clocks", 9}}},
                       {"pause", {{"stop_bytes", 9000}, {"go_bytes", 100}, {"reaction_ns", 70}}}}));
  EXPECT_EQ(memories.engines().memories.emem_units, 3u);
  EXPECT_EQ(memories.engines().memories.emem_atomic_clocks, 9u);
  NicConfig held;
  memories.apply(held);
  ASSERT_TRUE(held.pause);
  EXPECT_EQ(held.pause->stop_bytes, 9000u);
  const CardFile host =
      read_card(write({{"host", {{"queues", 2}, {"depth", 64}, {"queue_mpps", 1.5}}}}));
  NicConfig nic;
  host.apply(nic);
  EXPECT_EQ(nic.host.queues, 2u);
  EXPECT_EQ(nic.port.gbps, 100u);
}

TEST_F(CardProfileFile, OfTheDocumentsIsReadAndHasTheDefaultEngines) {
  const CardFile card = read_card(std::string(PW_SOURCE_DIR) + "/docs/cards/agilio_cx_40g.json");
  NicConfig nic;
  card.apply(nic);
  check(nic);
  EXPECT_EQ(nic.port.gbps, 40u);
  EXPECT_EQ(nic.pcie.generation, 3u);
  ASSERT_TRUE(card.micro_engines);
  const me::CardProfile standard;
  EXPECT_EQ(card.micro_engines->name, standard.name);
  EXPECT_EQ(card.micro_engines->engines, standard.engines);
  EXPECT_EQ(card.micro_engines->clock_mhz, standard.clock_mhz);
  EXPECT_EQ(card.micro_engines->emem_clocks, standard.emem_clocks);
  EXPECT_EQ(card.micro_engines->firmware_clocks, standard.firmware_clocks);
}

TEST_F(CardProfileFile, NamesEveryMissingKey) {
  engines_.erase("engines");
  engines_.erase("clock_mhz");
  EXPECT_EQ(codes_of([&] {
              read_card(write({{"micro_engines", engines_}}));
            }),
            "PW-NIC-007 PW-NIC-007");
}

TEST_F(CardProfileFile, RefusesOtherKeysAndValues) {
  engines_["engines"] = -1;
  engines_["contexts"] = 5;
  engines_["colour"] = "blue";
  EXPECT_EQ(codes_of([&] {
              read_card(write({{"micro_engines", engines_}}));
            }),
            "PW-NIC-008 PW-NIC-008 PW-NIC-008");
  EXPECT_EQ(codes_of([&] { read_card(write({{"pcje", 3}})); }), "PW-NIC-008");
  EXPECT_EQ(codes_of([&] { read_card(write_text("{")); }), "PW-NIC-006");
  EXPECT_EQ(codes_of([&] { read_card("/nowhere/card.json"); }), "PW-NIC-006");
}

} // namespace
} // namespace pw::nic
