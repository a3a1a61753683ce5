// Dead code, shared values, reused condition codes, transfer words read in place.

#include "backends/nfp/allocate/passes.h"
#include "tests/backends/nfp/allocate/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(RemoveDead, TakesChainsThatNothingReads) {
  Function f = function(3, {block({load(v(0), 5), alu(v(1), v(0), AluOp::Add, k(1)),
                                   alu(v(2), v(1), AluOp::Add, k(1)), load(reg_a(0), 7)})});
  EXPECT_TRUE(remove_dead(f));
  EXPECT_THAT(text(f.blocks[0].body), ElementsAre("load[gprA_0, 0x7]"));
  EXPECT_FALSE(remove_dead(f));
}

TEST(RemoveDead, KeepsMemoryAndWhatItNeeds) {
  Function f = function(1, {block({load(v(0), 5), copy(local(0, 1), v(0)), load(reg_a(0), 1)})});
  EXPECT_FALSE(remove_dead(f));
}

TEST(RemoveDead, TakesReadsWhoseWordsNothingReads) {
  Function f = function(
      1, {block({load(v(0), 5), read_words(transfer(0, 0), v(0), k(0), 2), load(reg_a(0), 1)})},
      {{2, false}});
  remove_dead(f);
  EXPECT_THAT(text(f.blocks[0].body), ElementsAre("load[gprA_0, 0x1]"));
}

TEST(RemoveDead, KeepsAComparisonButNotItsDestination) {
  Function f = function(2, {block({load(v(0), 5), alu(v(1), v(0), AluOp::Subtract, k(3), true)},
                                  branch(Condition::Equal), 1, 2),
                            block({load(reg_a(0), 1)}), block({load(reg_a(0), 2)})});
  remove_dead(f);
  EXPECT_EQ(text(f.blocks[0].body)[1], "alu[--, v0, -, 0x3]");
}

TEST(RemoveDead, TakesABundleFromItsEnd) {
  Instruction shift = shift_left(v(2), v(0), 0);
  shift.indirect = true;
  Function f = function(3, {block({load(v(0), 5), alu(none(), v(0), AluOp::Or, v(0)),
                                   following(shift), load(reg_a(0), 1)})});
  remove_dead(f);
  EXPECT_THAT(text(f.blocks[0].body), ElementsAre("load[gprA_0, 0x1]"));
}

TEST(ShareValues, ComputesOnceWhatADominatingBlockHas) {
  Function f =
      function(4, {block({copy(v(0), local(1, 0)), alu(v(1), v(0), AluOp::Add, k(9))}, 1),
                   block({alu(v(2), k(9), AluOp::Add, v(0)), alu(reg_a(0), v(2), AluOp::And, k(3)),
                          copy(local(0, 0), v(1))})});
  share_values(f);
  EXPECT_EQ(text(f.blocks[1].body)[0], "alu[gprA_0, v1, AND, 0x3], no_cc");
}

TEST(ShareValues, LiftsWhatTwoBranchesComputeToTheBlockBeforeThem) {
  Function f = function(3, {block({copy(v(0), local(1, 0))}, branch_bit(v(0), 3), 1, 2),
                            block({load(v(1), 0x12345678), alu(local(0, 0), v(0), AluOp::And, v(1)),
                                   load(reg_a(0), 1)}),
                            block({load(v(2), 0x12345678), alu(local(0, 1), v(0), AluOp::Or, v(2)),
                                   load(reg_a(0), 2)})});
  share_values(f);
  EXPECT_EQ(text(f.blocks[0].body)[1], "load[v1, 0x12345678]");
  EXPECT_EQ(f.blocks[1].body.size(), 2u);
  EXPECT_EQ(text(f.blocks[2].body)[0], "alu[*l$index0[1], v0, OR, v1], no_cc");
}

TEST(ShareValues, LeavesValuesWithSeveralDefinitionsAlone) {
  Function f =
      function(4, {block({copy(v(0), local(1, 0)), load(v(1), 0x10000)}, branch_bit(v(0), 3), 1, 2),
                   block({load(v(1), 0x20000)}, 2),
                   block({alu(v(2), v(1), AluOp::Add, v(0)), copy(reg_a(0), v(2))})});
  Function before = f;
  share_values(f);
  for (BlockId b = 0; b < 3; ++b)
    EXPECT_EQ(text(f.blocks[b].body), text(before.blocks[b].body));
}

TEST(ShareValues, ReadsSmallConstantsInPlace) {
  Function f = function(
      3,
      {block({load(v(0), 255), load(v(1), 256), copy(v(2), local(1, 0)),
              alu(local(0, 0), v(2), AluOp::Add, v(0)), alu(local(0, 1), v(2), AluOp::Add, v(1)),
              read_words(transfer(0, 0), v(2), v(0), 1), copy(reg_a(0), transfer(0, 0))})},
      {{1, false}});
  share_values(f);
  const auto body = text(f.blocks[0].body);
  EXPECT_EQ(body[3], "alu[*l$index0, v2, +, 0xff], no_cc");
  EXPECT_EQ(body[4], "alu[*l$index0[1], v2, +, v1], no_cc");
  EXPECT_EQ(f.blocks[0].body[5].b, v(0)) << "commands take constants up to 127";
}

TEST(ReuseFlags, DropsAComparisonWithZeroBehindTheValue) {
  Function f = function(
      2, {block({copy(v(0), local(1, 0)), alu(v(1), v(0), AluOp::And, k(6)), compare(v(1), k(0))},
                branch(Condition::Equal), 1, 2),
          block({copy(reg_a(0), v(1))}), block({load(reg_a(0), 2)})});
  reuse_flags(f);
  EXPECT_THAT(text(f.blocks[0].body),
              ElementsAre("alu[v0, --, B, *l$index1], no_cc", "alu[v1, v0, AND, 0x6]"));
}

TEST(ReuseFlags, KeepsAComparisonWhoseCarryIsRead) {
  Function f = function(
      2, {block({copy(v(0), local(1, 0)), alu(v(1), v(0), AluOp::Add, k(6)), compare(v(1), k(0))},
                branch(Condition::CarrySet), 1, 2),
          block({copy(reg_a(0), v(1))}), block({load(reg_a(0), 2)})});
  reuse_flags(f);
  EXPECT_EQ(f.blocks[0].body.size(), 3u);
}

TEST(ReuseFlags, DropsTheSameComparisonBehindABranch) {
  Function f = function(
      1, {block({copy(v(0), local(1, 0)), compare(v(0), k(6))}, branch(Condition::Equal), 2, 1),
          block({compare(v(0), k(6))}, branch(Condition::CarrySet), 2, 3),
          block({load(reg_a(0), 1)}), block({load(reg_a(0), 2)})});
  reuse_flags(f);
  EXPECT_THAT(f.blocks[1].body, IsEmpty());
}

Instruction field(Operand dst, unsigned bytes, Operand src, bool alone) {
  Instruction i;
  i.op = Op::LdField;
  i.dst = dst;
  i.b = src;
  i.byte_mask = std::uint8_t(bytes);
  i.zero_others = alone;
  i.amount = 16;
  return i;
}

Function words(unsigned second_bytes) {
  return function(
      4,
      {block({copy(v(0), local(1, 0)), read_words(transfer(0, 0), v(0), k(0), 2),
              field(v(1), 3, transfer(0, 0), true), field(v(2), second_bytes, transfer(0, 1), true),
              alu(v(3), v(1), AluOp::Or, v(2)), copy(reg_a(0), v(3))})},
      {{2, false}});
}

TEST(MergeFields, PutsBytesIntoTheWordAtOnce) {
  Function f = words(8);
  merge_fields(f);
  EXPECT_THAT(text(f.blocks[0].body),
              testing::IsSupersetOf({"ld_field_w_clr[v1, 0011, $xfer0[0], >>rot16]",
                                     "alu[v3, --, B, v1], no_cc",
                                     "ld_field[v3, 1000, $xfer0[1], >>rot16]"}));
  EXPECT_EQ(f.blocks[0].body.size(), 6u) << "the copy becomes nothing later";
}

TEST(MergeFields, BytesThatAreThereStay) {
  Function f = words(6);
  const auto before = text(f.blocks[0].body);
  merge_fields(f);
  EXPECT_EQ(text(f.blocks[0].body), before);
}

TEST(MergeFields, OneInstructionForTwoFieldsOfOneSource) {
  Function f = words(8);
  auto& body = f.blocks[0].body;
  body.insert(body.begin() + 3, field(v(1), 4, transfer(0, 1), false));
  merge_fields(f);
  EXPECT_THAT(text(f.blocks[0].body), testing::Contains("ld_field[v1, 1100, $xfer0[1], >>rot16]"));
  EXPECT_EQ(f.blocks[0].body.size(), 6u);
}

TEST(ForwardTransfers, ReadsTheWordInPlaceUntilACall) {
  const auto make = [](bool with_call) {
    Function f =
        function(3,
                 {block({copy(v(0), local(1, 0)), read_words(transfer(0, 0), v(0), k(0), 1),
                         copy(v(1), transfer(0, 0)), copy(v(2), local(1, 1)),
                         alu(reg_a(0), v(1), AluOp::Add, v(2))})},
                 {{1, false}});
    if (with_call)
      f.blocks[0].body.insert(f.blocks[0].body.begin() + 4, call(1, 1));
    forward_transfers(f);
    return f.blocks[0].body;
  };
  EXPECT_EQ(text(make(false))[3], "alu[gprA_0, $xfer0[0], +, v2], no_cc");
  EXPECT_EQ(text(make(true))[5], "alu[gprA_0, v1, +, v2], no_cc");
}

} // namespace
} // namespace pw::nfp
