// Operand rules, banks, registers, transfer numbers, local memory.

#include "backends/nfp/allocate/allocate.h"
#include "backends/nfp/allocate/passes.h"
#include "tests/backends/nfp/allocate/build.h"
#include "tests/backends/nfp/allocate/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace test;
using testing::ElementsAre;

TEST(Legalize, CopiesOneOfTwoTransferWords) {
  Function f = function(0, {block({alu(reg_a(0), transfer(0, 0), AluOp::Add, transfer(0, 1))})},
                        {{2, false}});
  legalize(f);
  EXPECT_THAT(text(f.blocks[0].body), ElementsAre("alu[v0, --, B, $xfer0[0]], no_cc",
                                                  "alu[gprA_0, v0, +, $xfer0[1]], no_cc"));
}

TEST(Legalize, RestrictedFieldsReachEightWordsOfLocalMemory) {
  Function f = function(
      0, {block({shift_left(reg_a(0), local(0, 7), 3), shift_left(local(0, 9), local(0, 8), 3)})});
  legalize(f);
  EXPECT_EQ(f.blocks[0].body.size(), 4u);
  EXPECT_EQ(text(f.blocks[0].body)[1], "alu[v0, --, B, *l$index0[8]], no_cc");
  EXPECT_EQ(text(f.blocks[0].body)[3], "alu[*l$index0[9], --, B, v1], no_cc");
}

TEST(Legalize, CopiesStandBeforeTheWholeSequence) {
  Instruction shift = shift_left(reg_a(0), local(0, 12), 0);
  shift.indirect = true;
  Function f = function(
      1, {block({copy(v(0), local(1, 0)), alu(none(), v(0), AluOp::Or, v(0)), following(shift)})});
  legalize(f);
  const auto& body = f.blocks[0].body;
  ASSERT_EQ(body.size(), 4u);
  EXPECT_EQ(text(body)[1], "alu[v1, --, B, *l$index0[12]], no_cc");
  EXPECT_TRUE(body[3].follows);
}

TEST(Legalize, LoadsConstantsThatNoFieldHolds) {
  Function f = function(
      1,
      {block({copy(v(0), local(1, 0)), alu(v(0), v(0), AluOp::Add, k(256)),
              read_words(transfer(0, 0), v(0), k(128), 1), copy(reg_a(0), transfer(0, 0))})},
      {{1, false}});
  legalize(f);
  EXPECT_EQ(text(f.blocks[0].body)[1], "load[v1, 0x100]");
  EXPECT_EQ(text(f.blocks[0].body)[3], "load[v2, 0x80]");
}

TEST(Transfers, GroupsThatLiveTogetherHaveNumbersOfTheirOwn) {
  Function f = function(
      1,
      {block({copy(v(0), local(1, 0)), read_words(transfer(0, 0), v(0), k(0), 8),
              read_words(transfer(1, 0), v(0), k(32), 8), copy(local(0, 0), transfer(0, 7)),
              copy(local(0, 1), transfer(1, 0)), read_words(transfer(2, 0), v(0), k(64), 8),
              copy(reg_a(0), transfer(2, 0))})},
      {{8, false}, {8, false}, {8, false}});
  number_transfers(f);
  const auto& body = f.blocks[0].body;
  EXPECT_EQ(body[1].data, xfer(0));
  EXPECT_EQ(body[2].data, xfer(8));
  EXPECT_EQ(body[3].b, xfer(7));
  EXPECT_EQ(body[5].data, xfer(0));
}

// 5 groups of 8 words at once don't fit: words are copied out.
TEST(Transfers, CopiesOutWhatDoesNotFit) {
  std::vector<Instruction> body = {copy(v(0), local(1, 0))};
  for (unsigned g = 0; g < 5; ++g)
    body.push_back(read_words(transfer(g, 0), v(0), k(32 * (g % 2)), 8));
  for (unsigned g = 0; g < 5; ++g)
    body.push_back(copy(local(0, std::uint8_t(g)), transfer(g, 3)));
  body.push_back(load(reg_a(0), 1));
  Function f = function(1, {block(body)}, std::vector<TransferGroup>(5, {8, false}));
  number_transfers(f);
  for (const Instruction& i : f.blocks[0].body)
    EXPECT_FALSE(i.data.grouped || i.b.grouped);
  EXPECT_GT(f.values, 1u);
}

TEST(Transfers, SayWhenWritesNeedMoreThanThereAre) {
  std::vector<Instruction> body = {copy(v(0), local(1, 0))};
  for (unsigned g = 0; g < 5; ++g)
    for (unsigned w = 0; w < 8; ++w)
      body.push_back(copy(transfer(g, std::uint16_t(w)), v(0)));
  for (unsigned g = 0; g < 5; ++g)
    body.push_back(write_words(transfer(g, 0), v(0), k(0), 8));
  body.push_back(load(reg_a(0), 1));
  Function f = function(1, {block(body)}, std::vector<TransferGroup>(5, {8, true}));
  try {
    number_transfers(f);
    FAIL();
  } catch (const Failure& e) {
    EXPECT_EQ(e.diagnostics()[0].code, "PW-NFP-251");
  }
}

TEST(Relieve, WordsThatACallWouldLoseBecomeValues) {
  Function f = function(1,
                        {block({copy(v(0), local(1, 0)), read_words(transfer(0, 0), v(0), k(0), 2),
                                call(1, 1), copy(reg_a(0), transfer(0, 1))})},
                        {{2, false}});
  relieve_transfers(f);
  EXPECT_EQ(text(f.blocks[0].body)[2], "alu[v1, --, B, $xfer0[1]], no_cc");
  EXPECT_EQ(text(f.blocks[0].body)[4], "alu[gprA_0, --, B, v1], no_cc");
}

TEST(Color, TwoSourcesComeFromDifferentBanksWithoutACopy) {
  Function f = function(3, {block({copy(v(0), local(1, 0)), copy(v(1), local(1, 1)),
                                   alu(v(2), v(0), AluOp::Add, v(1)), copy(reg_a(0), v(2))})});
  allocate(f, {});
  const auto& body = f.blocks[0].body;
  ASSERT_EQ(body.size(), 3u);
  EXPECT_NE(body[2].a.bank, body[2].b.bank);
  EXPECT_EQ(body[2].dst, reg_a(0)) << "the copy to A0 becomes nothing";
}

// v0+v1, v1+v2, v2+v0: one of them needs both banks.
TEST(Color, OddCirclesTakeBothBanksAndNoCopy) {
  Function f = function(
      3, {block({copy(v(0), local(1, 0)), copy(v(1), local(1, 1)), copy(v(2), local(1, 2)),
                 alu(local(0, 0), v(0), AluOp::Add, v(1)), alu(local(0, 1), v(1), AluOp::Add, v(2)),
                 alu(local(0, 2), v(2), AluOp::Add, v(0)), alu(local(0, 3), v(0), AluOp::Xor, v(0)),
                 load(reg_a(0), 1)})});
  f.stack_bytes = 16;
  allocate(f, {});
  EXPECT_EQ(f.blocks[0].body.size(), 8u);
}

TEST(Color, ValuesLiveThroughCallsInTheRegistersThatAreKept) {
  Function f = function(1, {block({copy(v(0), local(1, 0)), call(1, 1), copy(reg_a(0), v(0))})});
  allocate(f, {});
  const Operand kept = f.blocks[0].body[0].dst;
  EXPECT_GE(kept.number, 12u);
  EXPECT_FALSE(kept.bank != Bank::B && kept.number == 22);
}

TEST(Color, CopiesOfPhisBecomeNothing) {
  Function f = function(3, {block({copy(v(0), local(1, 0))}, branch_bit(v(0), 1), 1, 2),
                            block({alu(v(1), v(0), AluOp::Add, k(1)), copy(v(2), v(1))}, 3),
                            block({load(v(2), 9)}, 3), block({copy(reg_a(0), v(2))})});
  allocate(f, {});
  std::size_t words = 0;
  for (const Block& b : f.blocks)
    words += b.body.size();
  EXPECT_EQ(words, 3u);
}

Function many_values(unsigned count, bool with_call) {
  std::vector<Instruction> body;
  for (unsigned n = 0; n < count; ++n)
    body.push_back(alu(v(n), local(1, std::uint8_t(n % 8)), AluOp::Add, k(n)));
  if (with_call)
    body.push_back(call(1, 1));
  body.push_back(copy(v(count), v(0)));
  for (unsigned n = 1; n < count; ++n)
    body.push_back(alu(v(count), v(count), AluOp::Xor, v(n)));
  body.push_back(copy(reg_a(0), v(count)));
  Function f = function(count + 1, {block(body)});
  f.stack_bytes = 8;
  return f;
}

TEST(Color, RegistersOfBothBanksSufficeForFortyValues) {
  Function f = many_values(40, false);
  allocate(f, {});
  EXPECT_EQ(f.stack_bytes, 8u);
  EXPECT_LE(f.blocks[0].body.size(), 80u) << "40 additions, 39 times XOR, a copy";
}

class Spills : public testing::TestWithParam<unsigned> {};

TEST_P(Spills, GoToLocalMemoryBehindTheStack) {
  Function f = many_values(GetParam(), true);
  f.blocks[0].body.insert(f.blocks[0].body.begin(),
                          {copy(local(0, 0), k(1)), copy(local(0, 1), k(2))});
  const Function before = f;
  allocate(f, {});
  EXPECT_GT(f.stack_bytes, 8u);
  EXPECT_EQ(Machine(before, 3).run(), Machine(f, 3).run());
}

INSTANTIATE_TEST_SUITE_P(WithinTheWindowAndBehind, Spills, testing::Values(25u, 34u, 60u, 120u));

TEST(Color, SaysWhenLocalMemoryIsFull) {
  Function f = many_values(200, true);
  FirmwareProfile profile;
  profile.stack_bytes = 128;
  try {
    allocate(f, profile);
    FAIL();
  } catch (const Failure& e) {
    EXPECT_EQ(e.diagnostics()[0].code, "PW-NFP-250");
    EXPECT_EQ(e.diagnostics()[0].limit, "128 bytes of local memory a packet");
  }
}

TEST(Color, SaysWhenKeysAndValuesNeedMoreThanThereIs) {
  Function f = many_values(2, false);
  f.stack_bytes = 68;
  FirmwareProfile profile;
  profile.stack_bytes = 64;
  try {
    allocate(f, profile);
    FAIL();
  } catch (const Failure& e) {
    EXPECT_EQ(e.diagnostics()[0].code, "PW-NFP-250");
    EXPECT_EQ(e.diagnostics()[0].value, "68 bytes");
  }
}

TEST(SettleBanks, ExchangesTheSourcesOfCommands) {
  Instruction i = read_words(xfer(0), reg_b(1), reg_a(2), 1);
  i.mode = AddressMode::Shift8A;
  Function f = function(0, {block({i})});
  settle_banks(f);
  const Instruction& found = f.blocks[0].body[0];
  EXPECT_EQ(found.a, reg_a(2));
  EXPECT_EQ(found.b, reg_b(1));
  EXPECT_EQ(found.mode, AddressMode::Shift8B);
}

} // namespace
} // namespace pw::nfp
