// Programs of tc and programs with events: on the card as in the kernel.
#include "sim/capture/capture.h"
#include "tests/nway/card_contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

CardContest contest_of(const std::string& file, const std::string& cpu) {
  const std::string source = PW_SOURCE_DIR "/tests/nway/card/" + file + ".bpf.c";
  return CardContest({file, test::compile_file(source, cpu), "", ""});
}

// Frames that Linux' test run takes of both kinds of programs; every kind of verdict comes up.
std::vector<Packet> packets() {
  std::vector<Packet> all = test::mixed_packets(400, 5);
  for (const Packet& p : harsh_packets(300))
    all.push_back(p);
  for (const Packet& p : test::random_packets(300, 9, 14, 400))
    all.push_back(p);
  std::erase_if(all, [](const Packet& p) { return p.bytes.size() < 14; });
  for (std::size_t i = 0; i < all.size(); i += 7) {
    auto& bytes = all[i].bytes;
    bytes[12] = 0x08;
    bytes[13] = i % 3 == 0 ? 0x06 : 0x00;
    if (bytes.size() > 22)
      bytes[22] = std::uint8_t(i % 4); // the TTL
  }
  return all;
}

class CardKind : public testing::TestWithParam<const char*> {};

TEST_P(CardKind, Agrees) {
  for (const char* cpu : {"v1", "v3"}) {
    const CardContest contest = contest_of(GetParam(), cpu);
    ASSERT_EQ(contest.refusal(), "");
    EXPECT_EQ(contest.differences(packets(), {}), "") << cpu;
  }
}

TEST_P(CardKind, AgreesOnCaptures) {
  const CardContest contest = contest_of(GetParam(), "v2");
  if (captures().empty())
    GTEST_SKIP() << "there are no captures";
  for (const std::string& path : captures())
    EXPECT_EQ(contest.differences(read_capture(path).packets, {}), "") << path;
}

INSTANTIATE_TEST_SUITE_P(NWay, CardKind,
                         testing::Values("tc_filter", "tc_abs", "tc_bytes", "events"),
                         [](const auto& info) { return std::string(info.param); });

// The array has no slot of this CPU: nothing arrives, whatever the card has sent.
TEST(CardEvents, WithoutASlotAreLost) {
  CardContest contest = contest_of("events", "v3");
  contest.without_kernel = true;
  contest.environment.cpu = 7;
  const std::vector<Packet> one = test::mixed_packets(20, 3);
  for (const PacketResult& r : contest.engine(EngineKind::Nfp)->run(one))
    EXPECT_TRUE(r.events.empty());
}

} // namespace
} // namespace pw::nway
