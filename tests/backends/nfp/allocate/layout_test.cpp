// The flow of blocks, shared tails, order, defer slots, address delays, constants.

#include "backends/nfp/allocate/constants.h"
#include "backends/nfp/allocate/passes.h"
#include "tests/backends/nfp/allocate/build.h"
#include "tests/backends/nfp/allocate/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace test;
using testing::ElementsAre;

TEST(SimplifyFlow, JumpsOverEmptyBlocksAndJoinsOthers) {
  Function f = function(0, {block({load(reg_a(0), 1)}, branch_bit(local(1, 0), 2), 1, 2),
                            block({}, 3), block({load(reg_a(0), 2)}, 4), block({}), block({}, 5),
                            block({load(reg_b(0), 3)})});
  EXPECT_TRUE(simplify_flow(f));
  ASSERT_EQ(f.blocks.size(), 2u);
  EXPECT_FALSE(f.blocks[0].taken) << "to the next packet at once";
  EXPECT_EQ(f.blocks[0].branch->target.kind, Target::Kind::Done);
  EXPECT_EQ(f.blocks[1].body.size(), 2u);
}

TEST(SimplifyFlow, ABranchThatLeadsToOnePlaceGoes) {
  Function f =
      function(0, {block({}, branch_bit(local(1, 0), 2), 1, 1), block({load(reg_a(0), 1)})});
  simplify_flow(f);
  ASSERT_EQ(f.blocks.size(), 1u);
  EXPECT_FALSE(f.blocks[0].branch);
}

TEST(MergeTails, EqualEndsAreShared) {
  const auto end = [](unsigned first) {
    return block({copy(local(0, 0), k(first)), copy(local(0, 1), k(7)), load(reg_a(0), 5)});
  };
  Function f = function(0, {block({}, branch_bit(local(1, 0), 2), 1, 2), end(1), end(2)});
  EXPECT_TRUE(merge_tails(f));
  ASSERT_EQ(f.blocks.size(), 4u);
  std::size_t words = 0;
  for (const Block& b : f.blocks)
    words += b.body.size();
  EXPECT_EQ(words, 4u);
}

TEST(MergeTails, DifferentEndsAreNot) {
  Function f = function(0, {block({}, branch_bit(local(1, 0), 2), 1, 2),
                            block({copy(local(0, 0), k(1)), load(reg_a(0), 5)}),
                            block({copy(local(0, 0), k(1)), load(reg_a(0), 6)})});
  EXPECT_FALSE(merge_tails(f));
}

TEST(MergeTails, NeverCutsASequence) {
  const auto end = [](unsigned amount) {
    Instruction shift = shift_left(reg_a(0), local(1, 1), 0);
    shift.indirect = true;
    return block({alu(none(), k(amount), AluOp::Or, local(1, 0)), following(shift)});
  };
  Function f = function(0, {block({}, branch_bit(local(1, 0), 2), 1, 2), end(1), end(2)});
  EXPECT_FALSE(merge_tails(f));
}

TEST(DropKnownConstants, OnlyWhereAllWaysLeadToTheSame) {
  Function f =
      function(0, {block({load(reg_a(1), 5), load(reg_b(2), 5)}, branch_bit(reg_a(1), 0), 1, 2),
                   block({load(reg_a(1), 5), load(reg_b(2), 6)}, 2),
                   block({load(reg_a(1), 5), load(reg_b(2), 5), load(reg_a(0), 1)})});
  drop_known_constants(f);
  EXPECT_THAT(text(f.blocks[1].body), ElementsAre("load[gprB_2, 0x6]"));
  EXPECT_THAT(text(f.blocks[2].body), ElementsAre("load[gprB_2, 0x5]", "load[gprA_0, 0x1]"));
}

TEST(DropKnownConstants, CallsLoseThem) {
  Function f = function(0, {block({load(reg_a(1), 5), load(reg_a(12), 5), call(1, 1),
                                   load(reg_a(1), 5), load(reg_a(12), 5)})});
  drop_known_constants(f);
  EXPECT_EQ(f.blocks[0].body.size(), 4u);
}

TEST(LayOut, InvertsABranchSoThatTheTakenWayFollows) {
  Function f = function(0, {block({compare(local(1, 0), k(0))}, branch(Condition::Equal), 1, 3),
                            block({load(reg_b(0), 1)}, 2), block({load(reg_a(0), 2)}),
                            block({load(reg_a(0), 3)}, 2)});
  lay_out(f);
  unsigned jumps = 0;
  for (const Block& b : f.blocks)
    jumps += b.branch && b.branch->op == Op::Branch && b.branch->condition == Condition::Always &&
             b.taken;
  EXPECT_EQ(jumps, 1u);
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    if (f.blocks[b].next) {
      EXPECT_EQ(f.blocks[b].next, b + 1);
    }
}

TEST(LayOut, LeavesToTheNextPacketByOneBranch) {
  Function f = function(0, {block({load(reg_a(0), 1)}, branch_bit(local(1, 0), 2), 1, std::nullopt),
                            block({load(reg_a(0), 3)})});
  lay_out(f);
  ASSERT_EQ(f.blocks.size(), 2u);
  EXPECT_FALSE(f.blocks[0].branch->bit_set) << "inverted";
  EXPECT_EQ(f.blocks[0].branch->target.kind, Target::Kind::Done);
  EXPECT_EQ(f.blocks[1].branch->target.kind, Target::Kind::Done);
}

TEST(FillSlots, TakesWhatTheBranchDoesNotWaitFor) {
  Function f = function(0, {block({alu(reg_a(1), reg_a(1), AluOp::Add, k(1)),
                                   compare(reg_a(2), k(4)), copy(reg_a(3), reg_b(3))},
                                  branch(Condition::Equal), 1, 1),
                            block({})});
  fill_slots(f);
  EXPECT_EQ(f.blocks[0].branch->defer, 2);
  EXPECT_THAT(text(f.blocks[0].body),
              ElementsAre("alu[--, gprA_2, -, 0x4]", "alu[gprA_1, gprA_1, +, 0x1], no_cc",
                          "alu[gprA_3, --, B, gprB_3], no_cc"));
}

TEST(FillSlots, LeavesWhatTheBranchReads) {
  Function f = function(0, {block({alu(reg_a(1), reg_a(1), AluOp::Add, k(1)),
                                   alu(reg_a(2), reg_a(1), AluOp::Add, k(1))},
                                  branch_bit(reg_a(2), 4), 1, 1),
                            block({})});
  fill_slots(f);
  EXPECT_EQ(f.blocks[0].branch->defer, 0);
}

TEST(FillSlots, TheVerdictMayComeBehindTheBranch) {
  Function f = function(0, {block({alu(reg_a(0), reg_a(1), AluOp::Add, k(1))},
                                  branch(Condition::Always), std::nullopt, std::nullopt)});
  fill_slots(f);
  EXPECT_EQ(f.blocks[0].branch->defer, 1);
}

TEST(FillSlots, CommandsLetIndependentInstructionsRun) {
  Function f = function(0, {block({read_words(xfer(0), reg_a(1), k(0), 1), copy(reg_a(3), reg_b(3)),
                                   copy(reg_a(4), xfer(0)), load(reg_a(0), 1)})});
  fill_slots(f);
  EXPECT_EQ(f.blocks[0].body[0].defer, 1);
}

TEST(DelayAddresses, ThreeInstructionsStandBetween) {
  Function f = function(0, {block({csr_write(0x9c, reg_a(1)), copy(reg_a(2), reg_b(2))}, 1),
                            block({copy(reg_a(0), local(3, 0))})});
  delay_addresses(f);
  EXPECT_EQ(f.blocks[0].body.size() + f.blocks[1].body.size(), 5u);
  EXPECT_EQ(f.blocks[1].body[0].op, Op::Nop);
}

TEST(DelayAddresses, OtherIndicesDoNotWait) {
  Function f = function(0, {block({csr_write(0x9c, reg_a(1)), copy(reg_a(0), local(1, 0))})});
  delay_addresses(f);
  EXPECT_EQ(f.blocks[0].body.size(), 2u);
}

TEST(ValueWords, MakeTheValueInAsFewWordsAsItTakes) {
  const std::vector<std::pair<std::uint32_t, std::size_t>> cases = {
      {0, 1},          {0xffff, 1},     {0x10000, 1},    {0xffff0000, 1}, {0x00abcd00, 1},
      {0xffffffff, 1}, {0xfffffffe, 1}, {0xff123400, 2}, {0x12345678, 2}, {0xffff1234, 1},
      {0x1234ffff, 1}, {0xff5432ff, 1}, {0xf000000f, 1}, {0x0ffffff0, 1}, {0x80000001, 1},
      {0x00010001, 2}, {0x7ffffffe, 1}};
  for (const auto& [value, words] : cases) {
    const auto made = value_words(load(reg_a(0), value));
    EXPECT_EQ(made.size(), words) << std::hex << value;
    Function f = function(0, {block(made)});
    EXPECT_THAT(Machine(f, 0).run(), ElementsAre(std::string("verdict ") + std::to_string(value)));
  }
}

} // namespace
} // namespace pw::nfp
