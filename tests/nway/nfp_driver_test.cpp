// Places where the Linux driver's own translation is known to differ from eBPF: the card's code
// must not.
#include "tests/nway/card_contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

// Frames of 100 bytes; byte 15 and what follows count up, so that every case comes up.
std::vector<Packet> counted_packets(unsigned count) {
  std::vector<Packet> all;
  for (unsigned i = 0; i < count; ++i) {
    Packet packet;
    for (unsigned at = 0; at < 100; ++at)
      packet.bytes.push_back(static_cast<std::uint8_t>(at * 73 + i * (at % 5 + 1)));
    packet.bytes[15] = packet.bytes[22] = static_cast<std::uint8_t>(i);
    all.push_back(std::move(packet));
  }
  return all;
}

void agree(const std::string& file) {
  for (const std::string cpu : {"v1", "v3"}) {
    const std::string source = PW_SOURCE_DIR "/tests/nway/card/" + file;
    const CardContest contest({"card", test::compile_file(source, cpu), "", ""});
    ASSERT_EQ(contest.refusal(), "");
    EXPECT_EQ(contest.differences(counted_packets(256), {}), "") << cpu;
  }
}

TEST(DriverQuirks, ShiftsByZeroAndByAWord) { agree("shifts.bpf.c"); }
TEST(DriverQuirks, TheLastOfGatheredWords) { agree("copies.bpf.c"); }

// A loop whose exit joins another path was once left out of the layout.
TEST(CardLoops, WhatIsBehindADivisionIsReachedPastItToo) { agree("division.bpf.c"); }

} // namespace
} // namespace pw::nway
