// Reads behind the header window: xdp-filter, which follows IPv6 extension headers, and programs
// that read where the packet says. On every engine.
#include "sim/capture/capture.h"
#include "tests/nway/chains.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace pw::nway {
namespace {

using enum EngineKind;

std::vector<EngineKind> engines_for(const Contest& contest) {
  if (contest.has_engine(Kernel))
    return {Kernel, Interp, Model};
  std::cout << "the kernel is left out: it can't run this here\n";
  return {Interp, Model};
}

std::size_t reads(const Contest& contest) {
  return std::size_t(std::ranges::count(contest.pipeline().operations, pipeline::OpKind::PacketRead,
                                        &pipeline::Operation::kind));
}

// What the kernel can be asked about, and what it can't.
constexpr std::size_t kernels_longest = 3520, longest = 16'000;

std::vector<Subject> filters() {
  std::vector<Subject> all;
  for (const Subject& subject : debian_objects())
    if (subject.name.starts_with("xdpfilt_"))
      all.push_back(subject);
  return all;
}

class PacketFilter : public testing::TestWithParam<Subject> {
protected:
  PacketFilter() : contest_(GetParam()) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::string differences(const std::vector<EngineKind>& engines,
                          std::span<const Packet> packets) const {
    return contest_.differences(engines, packets, filter_maps(contest_.object(), 1));
  }

  Contest contest_;
};

TEST_P(PacketFilter, Agrees) {
  const auto engines = engines_for(contest_);
  EXPECT_EQ(differences(engines, chain_packets(1000, 1, kernels_longest)), "");
  EXPECT_EQ(differences(engines, harsh_packets(500)), "");
  EXPECT_EQ(differences({Interp, Model}, chain_packets(300, 2, longest)), "");
}

// All in one run: making the engines takes longer than the packets do.
TEST_P(PacketFilter, AgreesOnCaptures) {
  std::vector<Packet> packets;
  for (const std::string& path : captures())
    std::ranges::move(read_capture(path).packets, std::back_inserter(packets));
  if (packets.empty())
    GTEST_SKIP() << "there are no captures";
  EXPECT_EQ(differences(engines_for(contest_), packets), "");
}

class FilterHardware : public PacketFilter {};

TEST_P(FilterHardware, AgreesToTheClock) {
  std::vector<Packet> packets = chain_packets(1000, 3, 1514);
  for (const Packet& far : chain_packets(100, 4, longest))
    packets.push_back(far);
  for (unsigned stall : {0u, 40u}) {
    contest_.stall_percent = stall;
    EXPECT_EQ(differences({Interp, Model, Rtl}, packets), "") << stall << " % stalls";
  }
}

class FarReads : public testing::TestWithParam<const char*> {
protected:
  FarReads()
      : contest_({GetParam(),
                  test::compile_file(test::source_dir() + "/tests/nway/far_reads/" + GetParam() + ".bpf.c"),
                  "", ""}) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  // Chains, and packets whose bytes 14 and 15 point anywhere.
  static std::vector<Packet> packets(unsigned count, std::size_t longest) {
    std::vector<Packet> all = chain_packets(count, 5, longest);
    for (const Packet& packet : test::random_packets(count, 6, 14, 1600))
      all.push_back(packet);
    for (const Packet& packet : harsh_packets(count / 2))
      all.push_back(packet);
    return all;
  }

  Contest contest_;
};

TEST_P(FarReads, Agrees) {
  EXPECT_EQ(contest_.differences(engines_for(contest_), packets(600, kernels_longest)), "");
  EXPECT_EQ(contest_.differences({Interp, Model}, packets(200, longest)), "");
}

TEST_P(FarReads, EveryScheduleGivesTheSame) {
  for (std::uint64_t seed : {1u, 2u}) {
    contest_.reschedule(seed);
    EXPECT_EQ(contest_.differences({Interp, Model}, packets(200, longest)), "") << seed;
  }
}

TEST_P(FarReads, HardwareAgreesToTheClock) {
  EXPECT_EQ(contest_.differences({Interp, Model, Rtl}, packets(300, 9000)), "");
}

// The loop of xdp-filter has six turns; the first one reads in the window.
TEST(FarReadsOf, OneReadForBytesSideBySide) {
  for (const Subject& subject : filters())
    if (subject.name == "xdpfilt_alw_ip") {
      Contest contest(subject);
      ASSERT_EQ(contest.refusal(), "");
      EXPECT_LE(reads(contest), 5u);
      return;
    }
  GTEST_SKIP() << "xdp-filter is not installed";
}

std::string name_of(const testing::TestParamInfo<Subject>& info) { return info.param.name; }

std::vector<Subject> filters_in_hardware() {
  std::vector<Subject> all = filters();
  std::erase_if(all, [](const Subject& s) { return !s.name.ends_with("_all"); });
  return all;
}

INSTANTIATE_TEST_SUITE_P(NWay, PacketFilter, testing::ValuesIn(filters()), name_of);
INSTANTIATE_TEST_SUITE_P(NWay, FilterHardware, testing::ValuesIn(filters_in_hardware()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PacketFilter);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FilterHardware);
INSTANTIATE_TEST_SUITE_P(NWay, FarReads,
                         testing::Values("extension_chain", "payload", "tcp_options", "load_bytes"),
                         [](const auto& info) { return std::string(info.param); });

} // namespace
} // namespace pw::nway
