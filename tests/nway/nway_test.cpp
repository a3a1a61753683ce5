// Kernel, interpreter and model over the same packets: verdict, bytes, length, redirect target and
// every map.
#include "sim/capture/capture.h"
#include "tests/nway/contest.h"

#include <gtest/gtest.h>

#include <memory>

namespace pw::nway {
namespace {

using enum EngineKind;

std::string name_of(const testing::TestParamInfo<Subject>& info) { return info.param.name; }

// Without a kernel to ask, the others still must agree among themselves.
std::vector<EngineKind> engines_for(const Contest& contest) {
  if (contest.has_engine(Kernel))
    return {Kernel, Interp, Model};
  std::cout << "the kernel is left out: it can't run this here\n";
  return {Interp, Model};
}

class NWay : public testing::TestWithParam<Subject> {
protected:
  NWay() : contest_(GetParam()) {}

  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::vector<EngineKind> engines() const { return engines_for(contest_); }

  Contest contest_;
};

class Example : public NWay {};
class Variant : public NWay {};

// Every program of an object that the compiler accepts; skipped, with the reasons, if there is
// none.
class Debian : public testing::TestWithParam<Subject> {
protected:
  void SetUp() override {
    for (const Program& program : open_object(GetParam().object).programs) {
      Subject subject = GetParam();
      subject.program = program.name;
      auto contest = std::make_unique<Contest>(subject);
      if (contest->refusal().empty())
        contests_.push_back(std::move(contest));
      else
        refusals_ += program.name + ": " + contest->refusal();
    }
    if (contests_.empty())
      GTEST_SKIP() << refusals_;
  }

  void agree_on(std::span<const Packet> packets, const std::string& what) const {
    for (const auto& contest : contests_)
      EXPECT_EQ(contest->differences(engines_for(*contest), packets), "")
          << contest->program().name << ", " << what;
  }

  std::vector<std::unique_ptr<Contest>> contests_;
  std::string refusals_;
};

TEST_P(Example, AgreesOnItsOwnPackets) {
  EXPECT_EQ(contest_.differences(engines(), example_packets(GetParam())), "");
}

TEST_P(Example, AgreesOnItsTraffic) {
  EXPECT_EQ(contest_.differences(engines(), generated_packets(GetParam(), 2000)), "");
}

TEST_P(Example, AgreesOnHarshTraffic) {
  EXPECT_EQ(contest_.differences(engines(), harsh_packets(2000)), "");
}

TEST_P(Example, AgreesOnEveryLength) {
  EXPECT_EQ(contest_.differences(engines(), packets_of_lengths()), "");
}

TEST_P(Example, AgreesFromAnotherInterface) {
  contest_.environment.ifindex = 2;
  contest_.environment.rx_queue = 1;
  contest_.environment.seed = 77;
  EXPECT_EQ(contest_.differences(engines(), generated_packets(GetParam(), 300)), "");
}

TEST_P(Example, EveryScheduleGivesTheSame) {
  std::vector<Packet> packets = generated_packets(GetParam(), 300);
  for (const Packet& packet : example_packets(GetParam()))
    packets.push_back(packet);
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    contest_.reschedule(seed);
    contest_.stall_percent = unsigned(seed) * 20;
    EXPECT_EQ(contest_.differences({Interp, Model}, packets), "") << "schedule " << seed;
  }
}

TEST_P(Example, AgreesOnCaptures) {
  if (captures().empty())
    GTEST_SKIP() << "there are no captures";
  for (const std::string& path : captures())
    EXPECT_EQ(contest_.differences(engines(), read_capture(path).packets), "") << path;
}

TEST_P(Variant, Agrees) {
  EXPECT_EQ(contest_.differences(engines(), example_packets(GetParam())), "");
  EXPECT_EQ(contest_.differences(engines(), generated_packets(GetParam(), 500)), "");
}

TEST_P(Debian, AgreesOnTraffic) {
  agree_on(generated_packets(GetParam(), 2000), "traffic");
  agree_on(harsh_packets(2000), "harsh traffic");
  agree_on(packets_of_lengths(), "lengths");
}

TEST_P(Debian, AgreesOnCaptures) {
  if (captures().empty())
    GTEST_SKIP() << "there are no captures";
  for (const std::string& path : captures())
    agree_on(read_capture(path).packets, path);
}

INSTANTIATE_TEST_SUITE_P(NWay, Example, testing::ValuesIn(examples()), name_of);
INSTANTIATE_TEST_SUITE_P(NWay, Variant, testing::ValuesIn(variants()), name_of);
INSTANTIATE_TEST_SUITE_P(NWay, Debian, testing::ValuesIn(debian_objects()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Debian);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Variant);

} // namespace
} // namespace pw::nway
