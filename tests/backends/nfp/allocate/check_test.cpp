// Each rule of the machine, broken alone.

#include "backends/nfp/allocate/check.h"
#include "tests/backends/nfp/allocate/build.h"

#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace test;

Block leaves(std::vector<Instruction> body) {
  return block(std::move(body), branch(Condition::Always), std::nullopt, std::nullopt);
}

void expect_accepted(const Function& f) { EXPECT_NO_THROW(check_code(f, {}, UnsetReads::Refused)); }

void expect_refused(const Function& f, const std::string& rule) {
  try {
    check_code(f, {}, UnsetReads::Refused);
    ADD_FAILURE() << "accepted; expected: " << rule;
  } catch (const Failure& e) {
    EXPECT_EQ(e.diagnostics()[0].code, "PW-NFP-260");
    EXPECT_NE(e.diagnostics()[0].message.find(rule), std::string::npos)
        << e.diagnostics()[0].message;
  }
}

Function one(std::vector<Instruction> body) {
  body.insert(body.begin(), {load(reg_a(1), 1), load(reg_b(1), 1), load(reg_a(0), 1)});
  return function(0, {leaves(std::move(body))});
}

TEST(CheckCode, TakesWhatIsRight) {
  expect_accepted(one({alu(reg_a(2), reg_a(1), AluOp::Add, reg_b(1), true)}));
}

TEST(CheckCode, RefusesOperandsWithoutAField) {
  expect_refused(one({copy(reg_a(2), v(1))}), "a value without a register");
  expect_refused(one({copy(reg_a(23), k(1))}), "a register of the firmware");
  expect_refused(one({alu(reg_a(2), reg_a(1), AluOp::Add, reg_a(0))}), "two sources of one bank");
  expect_refused(one({alu(reg_a(2), local(0, 1), AluOp::Add, local(1, 1))}),
                 "two sources of one kind");
  expect_refused(one({copy(reg_a(2), k(256))}), "a constant that is too large");
  expect_refused(one({shift_left(reg_a(2), local(0, 8), 1)}), "beyond a restricted field");
  expect_refused(one({read_words(xfer(0), reg_b(1), k(0), 1)}), "first source in bank B");
  expect_refused(one({read_words(xfer(0), k(0), reg_a(1), 1)}), "second source in bank A");
  expect_refused(one({read_words(xfer(0), reg_a(1), local(3, 0), 1)}), "local memory index");
  expect_refused(one({copy(k(1), reg_a(1))}), "a constant as a destination");
  expect_refused(one({copy(reg_a(2), transfer(0, 0))}), "a transfer register without a number");
}

TEST(CheckCode, RefusesReadsOfUnsetPlaces) {
  const char* rule = "reads a register that no instruction before has written";
  expect_refused(one({copy(reg_a(2), reg_b(5))}), rule);
  expect_refused(one({copy(reg_a(2), xfer(3))}), rule);
  expect_refused(one({copy(xfer(1), reg_a(1)), write_words(xfer(0), reg_a(1), k(0), 2)}), rule);
  expect_refused(one({call(1, 1), copy(reg_a(2), reg_b(4))}), rule);
  expect_refused(function(0, {leaves({})}), rule);
}

TEST(CheckCode, RefusesWhatOnlyOneWayWrites) {
  Function f = function(0, {block({load(reg_a(0), 1)}, branch_bit(reg_a(0), 1), 2, 1),
                            block({load(reg_a(5), 1)}, 2), leaves({copy(reg_b(1), reg_a(5))})});
  expect_refused(f, "written on all paths");
  EXPECT_NO_THROW(check_code(f, {}, UnsetReads::OnSome));
}

TEST(CheckCode, RefusesConditionCodesThatACallLost) {
  Function f = function(0, {block({load(reg_a(1), 1), compare(reg_a(1), k(1)), call(1, 1)},
                                  branch(Condition::Equal), 1, 1),
                            leaves({})});
  expect_refused(f, "condition codes that are unset");
}

TEST(CheckCode, RefusesHarmfulSlots) {
  const auto with_slot = [](Instruction slot, Instruction leave) {
    leave.defer = 1;
    return function(
        0, {block({load(reg_a(0), 1), compare(reg_a(0), k(1)), slot}, leave, 1, 1), leaves({})});
  };
  expect_accepted(with_slot(copy(reg_a(2), k(1)), branch(Condition::Equal)));
  expect_refused(with_slot(compare(reg_a(0), k(2)), branch(Condition::Equal)),
                 "changes what the branch has to see");
  expect_refused(with_slot(copy(reg_a(0), k(2)), branch_bit(reg_a(0), 1)),
                 "changes what the branch reads");
  expect_refused(with_slot(call(1, 1), branch(Condition::Equal)), "can't stand in a defer slot");
}

TEST(CheckCode, RefusesHarmfulSlotsOfCommands) {
  const auto with_slot = [](Instruction slot) {
    Instruction read = read_words(xfer(2), reg_a(1), k(0), 2);
    read.defer = 1;
    return one({read, slot});
  };
  expect_accepted(with_slot(copy(reg_a(2), k(1))));
  expect_refused(with_slot(copy(reg_a(2), xfer(3))), "uses what the command moves");
  expect_refused(with_slot(read_words(xfer(8), reg_a(1), k(0), 1)), "can't stand in a defer slot");
}

TEST(CheckCode, RefusesAddressesUsedTooEarly) {
  const auto with_gap = [](unsigned gap) {
    std::vector<Instruction> body = {csr_write(0x9c, reg_a(1))};
    for (unsigned n = 0; n < gap; ++n)
      body.push_back(Instruction{});
    body.push_back(copy(reg_a(0), local(3, 0)));
    return one(body);
  };
  expect_accepted(with_gap(3));
  expect_refused(with_gap(2), "before its write has taken effect");
}

TEST(CheckCode, RefusesALostStackAddressAtACall) {
  expect_refused(one({copy(reg_a(22), k(1)), call(1, 1)}), "the stack's address is lost");
}

TEST(CheckCode, RefusesBlocksThatLeadElsewhere) {
  expect_refused(function(0, {block({load(reg_a(0), 1)}, 2), leaves({}), leaves({})}),
                 "falls through to another block");
  expect_refused(function(0, {block({load(reg_a(0), 1)})}), "another block than the next");
  Function f = function(
      0, {block({load(reg_a(0), 1)}, branch(Condition::Always), 1, std::nullopt), leaves({})});
  f.blocks[0].branch->target.number = 0;
  expect_refused(f, "another block than the one it names");
}

TEST(CheckCode, RefusesSequencesThatAreCut) {
  Instruction shift = shift_left(reg_a(2), reg_b(1), 0);
  shift.indirect = true;
  expect_refused(one({shift}), "an amount without");
  expect_refused(function(0, {leaves({following(load(reg_a(0), 1))})}), "follows nothing");
}

} // namespace
} // namespace pw::nfp
