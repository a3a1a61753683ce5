// Calls, labels, addresses, relocations, symbols, length.

#include "backends/nfp/isa/encode.h"
#include "backends/nfp/link/link.h"
#include "tests/backends/nfp/allocate/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace test;
using testing::ElementsAre;

constexpr unsigned window = 8; // nops behind the program

Block leaves(std::vector<Instruction> body) {
  return block(std::move(body), branch(Condition::Always), std::nullopt, std::nullopt);
}

TEST(Link, EndsWithEightNops) {
  const Image image = link(function(0, {leaves({load(reg_a(0), 1)})}), {}, {});
  ASSERT_EQ(image.words.size(), 2 + window);
  for (unsigned n = 2; n < image.words.size(); ++n)
    EXPECT_EQ(image.words[n], 0x000000f0000c0300u | (image.words[n] & 0xfe00000000000u));
  EXPECT_EQ(image.instructions.size(), image.words.size());
}

TEST(Link, DeferredInstructionsStandBehindTheBranch) {
  Function f = function(0, {leaves({copy(reg_a(1), k(5)), load(reg_a(0), 1)})});
  f.blocks[0].branch->defer = 1;
  const Image image = link(f, {}, {});
  EXPECT_EQ(print(image.instructions[1]), "br[.next_packet], defer[1]");
  EXPECT_EQ(print(image.instructions[2]), "immed[gprA_0, 0x1]");
}

TEST(Link, BranchesGetAddressesAndRelocations) {
  Function f = function(0, {block({load(reg_a(0), 1)}, branch_bit(reg_a(0), 0), 2, 1),
                            block({load(reg_a(0), 2)}), leaves({load(reg_a(0), 0x12345678)})});
  f.blocks[1].next = 2;
  const Image image = link(f, {}, {});
  EXPECT_EQ(image.instructions[1].target, (Target{Target::Kind::Address, 3}));
  ASSERT_EQ(image.relocations.size(), 2u);
  EXPECT_EQ(image.relocations[0].word, 1u);
  EXPECT_EQ(image.relocations[0].kind, RelocationKind::Branch);
  EXPECT_EQ(image.relocations[1].word, 5u) << "the constant takes two words";
  EXPECT_EQ(image.relocations[1].kind, RelocationKind::NextPacket);
  ASSERT_EQ(image.symbols.size(), 2u);
  EXPECT_EQ(image.symbols[0].name, "test");
  EXPECT_EQ(image.symbols[1].name, "block_2");
  EXPECT_EQ(image.symbols[1].word, 3u);
}

TEST(Link, CallsSetTableAndReturnAddressInTheirSlots) {
  const Image image = link(function(0, {leaves({call(2, 7), copy(reg_a(1), reg_b(0))})}), {}, {});
  EXPECT_EQ(print(image.instructions[0]), "br[.helper_2], defer[2]");
  EXPECT_EQ(print(image.instructions[1]), "immed[gprA_0, 0x7]");
  EXPECT_EQ(print(image.instructions[2]), "immed[gprB_0, 0x3]");
  ASSERT_EQ(image.relocations.size(), 3u);
  EXPECT_EQ(image.relocations[0].kind, RelocationKind::Helper);
  EXPECT_EQ(image.relocations[0].value, 2u);
  EXPECT_EQ(image.relocations[1].kind, RelocationKind::Immediate);
  EXPECT_EQ(image.relocations[1].word, 2u);
}

TEST(Link, LabelsAreImmediates) {
  Instruction label;
  label.op = Op::LoadLabel;
  label.dst = reg_b(3);
  label.target = {Target::Kind::Block, 1};
  Function f = function(0, {block({label}, 1), leaves({load(reg_a(0), 1)})});
  const Image image = link(f, {}, {});
  EXPECT_EQ(print(image.instructions[0]), "immed[gprB_3, 0x1]");
  EXPECT_EQ(image.relocations[0].kind, RelocationKind::Immediate);
}

TEST(Link, WordsAreThoseOfTheInstructions) {
  const Image image =
      link(function(0, {leaves({copy(reg_a(1), k(5)), load(reg_a(0), 1)})}), {}, {});
  for (std::size_t n = 0; n < image.words.size(); ++n)
    EXPECT_EQ(image.words[n], with_ecc(encode(image.instructions[n])));
}

TEST(Link, SaysByHowMuchAProgramIsTooLong) {
  FirmwareProfile profile;
  profile.max_words = 20;
  const Function fits = function(0, {leaves(std::vector<Instruction>(11, copy(reg_a(0), k(1))))});
  EXPECT_EQ(link(fits, {}, profile).words.size(), 20u);
  const Function longer = function(0, {leaves(std::vector<Instruction>(12, copy(reg_a(0), k(1))))});
  try {
    link(longer, {}, profile);
    FAIL();
  } catch (const Failure& e) {
    const Diagnostic& d = e.diagnostics()[0];
    EXPECT_EQ(d.code, "PW-NFP-270");
    EXPECT_EQ(d.limit, "20 instruction words");
    EXPECT_EQ(d.value, "21 instruction words");
  }
}

} // namespace
} // namespace pw::nfp
