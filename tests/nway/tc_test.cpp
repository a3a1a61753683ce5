// tc programs on every engine: verdict, bytes, length, redirect target, metadata and maps.
#include "sim/capture/capture.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace pw::nway {
namespace {

using enum EngineKind;
namespace fs = std::filesystem;

std::vector<std::string> sources() {
  std::vector<std::string> all;
  for (const auto& file : fs::directory_iterator(fs::path(PW_TC_DIR)))
    if (file.path().extension() == ".c")
      all.push_back(file.path().filename().string());
  std::ranges::sort(all);
  return all;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  return info.param.substr(0, info.param.find('.'));
}

Subject subject(const std::string& file) {
  Subject s;
  s.name = file.substr(0, file.find('.'));
  s.object = test::compile_file(std::string(PW_TC_DIR) + "/" + file);
  return s;
}

// Tags of both kinds in front of whatever a frame has, one to three.
void add_tags(std::vector<Packet>& packets) {
  const std::size_t plain = packets.size();
  for (std::size_t i = 0; i < plain; i += 3) {
    Packet p = packets[i];
    for (std::size_t tag = 0; tag <= i % 9 / 3 && p.bytes.size() >= 14; ++tag) {
      const bool outer = (i + tag) % 2 != 0;
      const std::vector<std::uint8_t> bytes = {std::uint8_t(outer ? 0x88 : 0x81),
                                               std::uint8_t(outer ? 0xa8 : 0x00), std::uint8_t(i),
                                               std::uint8_t(i >> 3)};
      p.bytes.insert(p.bytes.begin() + 12, bytes.begin(), bytes.end());
    }
    packets.push_back(p);
  }
}

// To the interface itself, to everyone, to a group, to others.
void address(std::vector<Packet>& packets) {
  const Environment e;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    auto& bytes = packets[i].bytes;
    for (std::size_t b = 0; b < 6 && b < bytes.size() && i % 5 < 3; ++b)
      bytes[b] = i % 5 == 0 ? e.mac[b] : i % 5 == 1 ? 0xff : std::uint8_t(b + 1);
  }
}

std::vector<Packet> packets(unsigned count, std::uint32_t seed) {
  std::vector<Packet> all = test::mixed_packets(count, seed);
  for (const Packet& p : test::random_packets(count / 2, seed, 14, 200))
    all.push_back(p);
  for (const Packet& p : test::random_packets(20, seed, 1400, 3712))
    all.push_back(p);
  add_tags(all);
  address(all);
  std::erase_if(all, [](const Packet& p) { return p.bytes.size() < 14; });
  return all;
}

class Tc : public testing::TestWithParam<std::string> {
protected:
  Tc() : contest_(subject(GetParam())) { contest_.environment.skb.random = true; }
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::vector<EngineKind> engines() const {
    if (contest_.has_engine(Kernel))
      return {Kernel, Interp, Model};
    std::cout << "the kernel is left out: it can't run this here\n";
    return {Interp, Model};
  }

  Contest contest_;
};

// All in one run: making the engines takes longer than the packets do.
TEST_P(Tc, Agrees) {
  std::vector<Packet> all = packets(500, 1);
  for (const Packet& p : harsh_packets(300))
    all.push_back(p);
  EXPECT_EQ(contest_.differences(engines(), all, {}), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, Tc, testing::ValuesIn(sources()), name_of);

class TcExample : public testing::TestWithParam<Subject> {};

TEST_P(TcExample, Agrees) {
  Contest contest(GetParam());
  ASSERT_EQ(contest.refusal(), "");
  const std::vector<EngineKind> engines =
      contest.has_engine(Kernel) ? std::vector{Kernel, Interp, Model} : std::vector{Interp, Model};
  EXPECT_EQ(contest.differences(engines, example_packets(GetParam())), "");
  contest.environment.skb.random = true;
  EXPECT_EQ(contest.differences(engines, generated_packets(GetParam(), 500)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, TcExample, testing::ValuesIn(tc_examples()),
                         [](const auto& info) { return info.param.name; });

// As most run them: nothing was set before.
TEST(TcEnvironment, MetadataIsZeroUnlessGiven) {
  Contest contest(subject("fields.bpf.c"));
  const std::vector<EngineKind> engines =
      contest.has_engine(Kernel) ? std::vector{Kernel, Interp, Model} : std::vector{Interp, Model};
  EXPECT_EQ(contest.differences(engines, packets(200, 2), {}), "");
  contest.environment.ifindex = 7;
  contest.environment.skb.value = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(contest.differences(engines, packets(200, 4), {}), "");
}

class TcHardware : public Tc {};

TEST_P(TcHardware, AgreesToTheClock) {
  for (const unsigned stall : {0u, 40u}) {
    contest_.stall_percent = stall;
    EXPECT_EQ(contest_.differences({Interp, Model, Rtl}, packets(200, 3), {}), "") << stall;
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, TcHardware,
                         testing::Values("basic.bpf.c", "fields.bpf.c", "vlan.bpf.c"), name_of);

} // namespace
} // namespace pw::nway
