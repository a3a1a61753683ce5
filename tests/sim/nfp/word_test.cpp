// Words by hand, from the tables of fields: what they are taken apart into, and what is refused.
#include "sim/nfp/word.h"

#include <gtest/gtest.h>

namespace pw::me {
namespace {

Word of(std::uint64_t code) { return decode(with_check_bits(code)); }

// Why a word is refused; "" = it isn't.
std::string refusal(std::uint64_t code) {
  try {
    of(code);
    return "";
  } catch (const BadWord& bad) {
    return bad.what();
  }
}

// A at 9:0, B at 19:10, dst at 29:20, op at 35:31.
constexpr std::uint64_t alu_word(unsigned a, unsigned op, unsigned b, unsigned dst) {
  return 0x00a000000000U | a | std::uint64_t{b} << 10 | std::uint64_t{dst} << 20 |
         std::uint64_t{op} << 31;
}

TEST(Word, KnownGoodOnes) {
  EXPECT_EQ(to_text(decode(0x000000f0000c0300)), "nop");
  const Word br = decode(0x000060d800608038);
  EXPECT_EQ(to_text(br), "br[.1], defer[2]");
  EXPECT_EQ(br.address, 1U);
}

TEST(Word, EveryFlippedBitIsSeen) {
  for (const std::uint64_t good : {0x000000f0000c0300ULL, 0x000060d800608038ULL})
    for (unsigned bit = 0; bit < 64; ++bit)
      EXPECT_THROW(decode(good ^ std::uint64_t{1} << bit), BadWord) << bit;
}

TEST(Word, SourcesAndDestination) {
  const Word w = of(alu_word(3, 1, 5, 7));
  EXPECT_EQ(to_text(w), "alu[gprA_7, gprA_3, +, gprB_5]");
  EXPECT_TRUE(w.conditions);
  EXPECT_EQ(to_text(of(alu_word(3, 0x15, 0x180 | 9, 7) | 1ULL << 36)),
            "alu[gprB_7, gprA_3, -, $xfer_9]");
}

TEST(Word, ExchangedSourcesArePutBack) {
  EXPECT_EQ(to_text(of(alu_word(3, 0x15, 5, 7) | 1ULL << 30)), "alu[gprA_7, gprB_5, -, gprA_3]");
}

TEST(Word, LocalMemoryOperands) {
  EXPECT_EQ(to_text(of(alu_word(0x200 | 5, 1, 5, 0x300))), "alu[--, *l$index0[5], +, gprB_5]");
  EXPECT_EQ(to_text(of(alu_word(0x220 | 15, 1, 5, 0x300) | 1ULL << 42)),
            "alu[--, *l$index3[15], +, gprB_5]");
  EXPECT_EQ(to_text(of(alu_word(3, 1, 5, 0x230) | 1ULL << 43)),
            "alu[*l$index3++, gprA_3, +, gprB_5]");
  EXPECT_EQ(to_text(of(alu_word(3, 1, 5, 0x211))), "alu[*l$index0--, gprA_3, +, gprB_5]");
}

TEST(Word, RestrictedConstants) {
  // 0x20 | low five bits | bits 6:5 at 7:6; bit 7 stands at 18.
  const std::uint64_t shift = 0x008000000000U | 4U | (0x20U | 0x15U | 2U << 6) << 10 | 1ULL << 18 |
                              std::uint64_t{2} << 33 | std::uint64_t{9} << 20;
  EXPECT_EQ(to_text(of(shift)), "alu_shf[gprA_9, gprA_4, AND, 0xd5]");
}

TEST(Word, LeftShiftsAreStoredAsTheirComplement) {
  const std::uint64_t left = 0x008000000000U | 2U << 8 | 6U << 10 | std::uint64_t{9} << 20;
  EXPECT_EQ(of(left | std::uint64_t{24} << 28).amount, 8U);
  EXPECT_TRUE(of(left).indirect);
}

TEST(Word, ImmediatesOfAllForms) {
  // immed[gprA_5, 0xab00cd]: not one. 0xabcd << 8, inverted.
  const std::uint64_t base =
      0x00f000000000U | 5U | (0x300U | 0xcd) << 10 | std::uint64_t{0xab} << 20;
  EXPECT_EQ(to_text(of(base)), "immed[gprA_5, 0xabcd]");
  EXPECT_EQ(to_text(of(base | std::uint64_t{1} << 33)), "immed[gprA_5, 0xabcd00]");
  EXPECT_EQ(to_text(of(base | std::uint64_t{2} << 33 | 1ULL << 31)), "immed[gprA_5, 0x5432ffff]");
  const Word byte = of(base | std::uint64_t{1} << 29 | std::uint64_t{1} << 33);
  EXPECT_EQ(byte.byte_mask, 0xff00U);
  EXPECT_EQ(byte.immediate, 0xcd00U);
  EXPECT_EQ(to_text(of(0x00f000000000U | (0x300U | 0xcd) | 5U << 10)), "immed[gprB_5, 0xcd]");
}

TEST(Word, Commands) {
  // read32_swap, A = 3, B = constant 14, 4 words to transfer register 2, waits.
  const std::uint64_t read = 3U | (0x20U | 14U) << 10 | 2U << 18 | 2U << 20 | 3U << 25 |
                             1ULL << 28 | 0x5cULL << 32 | 4ULL << 42;
  const Word w = of(read);
  EXPECT_EQ(w.count, 4U);
  EXPECT_EQ(w.transfer, 2U);
  EXPECT_TRUE(w.swap_out);
  EXPECT_EQ(w.mode, 4U);
  EXPECT_EQ(refusal(read & ~(15ULL << 28)), "a wait for a command without a signal");
}

TEST(Word, TestingBranches) {
  const std::uint64_t bit = 0x00d000000000U | 4U | (0x20U | 8U) << 10 | 1ULL << 18 | 33ULL << 22;
  EXPECT_EQ(to_text(of(bit)), "br_bset[gprA_4, 7, .33]");
  const std::uint64_t byte =
      0x00c800000000U | 4U | 2U << 8 | (0x20U | 6U) << 10 | 1ULL << 19 | 33ULL << 22 | 3ULL << 20;
  EXPECT_EQ(to_text(of(byte)), "br=byte[gprA_4, 2, 0x6, .33], defer[3]");
  EXPECT_EQ(to_text(of(0x00e800000000U | 0x300U | 7U << 10 | 3ULL << 20)), "rtn[gprB_7], defer[3]");
}

TEST(Word, HighCodeAddresses) {
  EXPECT_EQ(of(0x00d800008038U | 1ULL << 22 | 1ULL << 40).address, 0x2001U);
}

TEST(Word, TwoSourcesOfOneKind) {
  EXPECT_EQ(refusal(alu_word(0x301, 1, 0x302, 0)), "two sources of the same kind");
  EXPECT_EQ(refusal(alu_word(0x181, 1, 0x182, 0)), "two sources of the same kind");
  EXPECT_EQ(refusal(alu_word(0x201, 1, 0x222, 0)), "two sources of the same kind");
  EXPECT_EQ(refusal(alu_word(0x201, 1, 0x181, 0)), "");
}

TEST(Word, ReservedEncodings) {
  EXPECT_EQ(refusal(alu_word(1, 2, 2, 0)), "a reserved operation");
  EXPECT_EQ(refusal(alu_word(1, 1, 2, 0x305)), "a constant as the destination");
  EXPECT_EQ(refusal(alu_word(0x20, 1, 2, 0)), "a register that four-context mode has not");
  EXPECT_EQ(refusal(0x00d800008038U | 3U << 20), "three defer slots behind a branch on conditions");
  EXPECT_EQ(refusal(0x00d80000802dU), "a reserved condition");
  EXPECT_EQ(refusal(0x00f0000c0300U | 3ULL << 29), "a reserved width");
  EXPECT_EQ(refusal(0x00f8ff000000U), "no class of instructions has this pattern");
}

TEST(Word, WhatIsNotKnownIsNotGuessed) {
  for (const unsigned op : {0x12U, 0x17U, 0x0fU})
    try {
      of(alu_word(1, op, 2, 0));
      ADD_FAILURE() << op;
    } catch (const BadWord& bad) {
      EXPECT_FALSE(bad.illegal);
    }
}

} // namespace
} // namespace pw::me
