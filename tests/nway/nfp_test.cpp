// Kernel, interpreter and micro-engine over the same packets, for every program that the card can
// hold.
#include "sim/capture/capture.h"
#include "tests/nway/card_contest.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

std::string name_of(const testing::TestParamInfo<Subject>& info) { return info.param.name; }

class Card : public testing::TestWithParam<Subject> {
protected:
  Card() : contest_(GetParam()) {}
  void SetUp() override {
    if (!contest_.refusal().empty())
      GTEST_SKIP() << contest_.refusal();
    if (!contest_.has_kernel())
      std::cout << "the kernel is left out: it can't run this here\n";
  }

  CardContest contest_;
};

TEST_P(Card, AgreesOnItsOwnPackets) {
  EXPECT_EQ(contest_.differences(example_packets(GetParam())), "");
}

TEST_P(Card, AgreesOnItsTraffic) {
  EXPECT_EQ(contest_.differences(generated_packets(GetParam(), 2000)), "");
}

TEST_P(Card, AgreesOnHarshTraffic) { EXPECT_EQ(contest_.differences(harsh_packets(2000)), ""); }

TEST_P(Card, AgreesOnEveryLength) { EXPECT_EQ(contest_.differences(packets_of_lengths()), ""); }

TEST_P(Card, AgreesInAnotherEnvironment) {
  contest_.environment.seed = 77;
  EXPECT_EQ(contest_.differences(generated_packets(GetParam(), 300)), "");
}

TEST_P(Card, AgreesOnCaptures) {
  if (captures().empty())
    GTEST_SKIP() << "there are no captures";
  for (const std::string& path : captures())
    EXPECT_EQ(contest_.differences(read_capture(path).packets), "") << path;
}

INSTANTIATE_TEST_SUITE_P(NWay, Card, testing::ValuesIn(examples()), name_of);

// The published firmware has two types of maps; a card that had all of them could hold more
// programs.
nfp::FirmwareProfile generous() {
  nfp::FirmwareProfile profile;
  profile.maps.types = {BPF_MAP_TYPE_HASH,        BPF_MAP_TYPE_ARRAY,
                        BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
                        BPF_MAP_TYPE_LRU_HASH,    BPF_MAP_TYPE_LRU_PERCPU_HASH,
                        BPF_MAP_TYPE_LPM_TRIE};
  profile.maps.max_key = profile.maps.max_value = profile.maps.max_element = 512;
  return profile;
}

class GenerousCard : public testing::TestWithParam<Subject> {
protected:
  GenerousCard() : contest_(GetParam(), generous()) {}
  CardContest contest_;
};

TEST_P(GenerousCard, Agrees) {
  if (!contest_.refusal().empty())
    GTEST_SKIP() << contest_.refusal();
  EXPECT_EQ(contest_.differences(example_packets(GetParam())), "");
  EXPECT_EQ(contest_.differences(generated_packets(GetParam(), 2000)), "");
  EXPECT_EQ(contest_.differences(harsh_packets(1000)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, GenerousCard, testing::ValuesIn(examples()), name_of);

class CardVariant : public Card {};

TEST_P(CardVariant, Agrees) {
  EXPECT_EQ(contest_.differences(example_packets(GetParam())), "");
  EXPECT_EQ(contest_.differences(generated_packets(GetParam(), 500)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, CardVariant, testing::ValuesIn(variants()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CardVariant);

} // namespace
} // namespace pw::nway
