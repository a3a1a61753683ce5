// Each class of instructions with a known result.
#include "tests/sim/nfp/bench.h"

#include <gtest/gtest.h>

namespace pw::me::test {
namespace {

std::uint32_t result(const Instruction& i, std::uint32_t left, std::uint32_t right) {
  Bench bench({i});
  bench.set(a(1), left);
  bench.set(b(2), right);
  return bench.run()[a(3)];
}

std::uint32_t alu_result(AluOp op, std::uint32_t left, std::uint32_t right) {
  return result(alu(a(3), a(1), op, b(2)), left, right);
}

TEST(Alu, Operations) {
  EXPECT_EQ(alu_result(AluOp::Add, 0xffffffff, 3), 2U);
  EXPECT_EQ(alu_result(AluOp::Subtract, 3, 5), 0xfffffffeU);
  EXPECT_EQ(alu_result(AluOp::ReverseSubtract, 3, 5), 2U);
  EXPECT_EQ(alu_result(AluOp::And, 0xff00ff, 0xf0f0f0), 0xf000f0U);
  EXPECT_EQ(alu_result(AluOp::Or, 0xff00ff, 0xf0f0f0), 0xfff0ffU);
  EXPECT_EQ(alu_result(AluOp::Xor, 0xff00ff, 0xf0f0f0), 0x0ff00fU);
  EXPECT_EQ(alu_result(AluOp::AAndNotB, 0xff00ff, 0xf0f0f0), 0x0f000fU);
  EXPECT_EQ(alu_result(AluOp::NotAAndB, 0xff00ff, 0xf0f0f0), 0x00f000U);
  EXPECT_EQ(result(alu(a(3), none(), AluOp::B, b(2)), 1, 0x1234), 0x1234U);
  EXPECT_EQ(result(alu(a(3), none(), AluOp::NotB, b(2)), 1, 0x1234), 0xffffedcbU);
  EXPECT_EQ(result(alu(a(3), none(), AluOp::FindFirstSet, b(2)), 1, 0x1200), 9U);
}

TEST(Alu, ExchangedSources) { EXPECT_EQ(result(alu(a(3), b(2), AluOp::Subtract, a(1)), 3, 5), 2U); }

TEST(Alu, SixtyFourBits) {
  Bench bench(
      program(alu(a(3), a(1), AluOp::Add, b(2)), nop(), alu(a(4), a(5), AluOp::AddCarry, b(6)),
              alu(a(7), a(1), AluOp::Subtract, b(2)), alu(a(8), a(5), AluOp::SubtractCarry, b(6))));
  bench.set(a(1), 0x80000000);
  bench.set(b(2), 0x90000000);
  bench.set(a(5), 7);
  bench.set(b(6), 1);
  bench.run();
  EXPECT_EQ(bench[a(4)], 9U) << "an immediate between leaves the carry alone";
  EXPECT_EQ(bench[a(8)], 5U) << "7 - 1 - borrow";
}

TEST(Alu, BothBanks) {
  Bench bench({alu(both(3), a(1), AluOp::Add, imm(200))});
  bench.set(a(1), 5);
  bench.run();
  EXPECT_EQ(bench[a(3)], 205U);
  EXPECT_EQ(bench[b(3)], 205U);
}

struct Comparison {
  std::uint32_t left, right;
  bool equal, below, less; // unsigned, signed
};

class Branches : public testing::TestWithParam<Comparison> {};

bool taken(Condition condition, std::uint32_t left, std::uint32_t right) {
  Bench bench(program(alu(none(), a(1), AluOp::Subtract, b(2)), branch(condition, 4), load(a(3), 0),
                      branch(Condition::Always, 5), load(a(3), 1)));
  bench.set(a(1), left);
  bench.set(b(2), right);
  return bench.run()[a(3)] == 1;
}

TEST_P(Branches, AfterADifference) {
  const auto& [left, right, equal, below, less] = GetParam();
  EXPECT_EQ(taken(Condition::Equal, left, right), equal);
  EXPECT_EQ(taken(Condition::NotEqual, left, right), !equal);
  EXPECT_EQ(taken(Condition::CarrySet, left, right), !below) << "carry is no borrow";
  EXPECT_EQ(taken(Condition::CarryClear, left, right), below);
  EXPECT_EQ(taken(Condition::Less, left, right), less);
  EXPECT_EQ(taken(Condition::GreaterEqual, left, right), !less);
  EXPECT_EQ(taken(Condition::LessEqual, left, right), less || equal);
  EXPECT_EQ(taken(Condition::Greater, left, right), !less && !equal);
  EXPECT_EQ(taken(Condition::Negative, left, right), (left - right) >> 31 != 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Branches,
                         testing::Values(Comparison{5, 5, true, false, false},
                                         Comparison{4, 5, false, true, true},
                                         Comparison{5, 4, false, false, false},
                                         Comparison{0xffffffff, 1, false, false, true},
                                         Comparison{1, 0xffffffff, false, true, false},
                                         Comparison{0x80000000, 1, false, false, true},
                                         Comparison{0x7fffffff, 0x80000000, false, true, false}));

TEST(Shift, Kinds) {
  const auto shifted = [](ShiftKind kind, unsigned n, std::uint32_t v) {
    return result(shf(a(3), none(), ShiftOp::B, b(2), kind, n), 0, v);
  };
  EXPECT_EQ(shifted(ShiftKind::Right, 8, 0x12345678), 0x123456U);
  EXPECT_EQ(shifted(ShiftKind::Left, 8, 0x12345678), 0x34567800U);
  EXPECT_EQ(shifted(ShiftKind::Left, 31, 3), 0x80000000U);
  EXPECT_EQ(shifted(ShiftKind::Rotate, 8, 0x12345678), 0x78123456U);
  EXPECT_EQ(shifted(ShiftKind::Rotate, 0, 0x12345678), 0x12345678U);
  EXPECT_EQ(result(shf(a(3), a(1), ShiftOp::B, b(2), ShiftKind::Double, 8), 0x12345678, 0x9abcdef0),
            0x789abcdeU);
}

TEST(Shift, AppliesToBBeforeTheOperation) {
  EXPECT_EQ(result(shf(a(3), a(1), ShiftOp::Or, b(2), ShiftKind::Left, 16), 0x55, 0xaa), 0xaa0055U);
  EXPECT_EQ(result(shf(a(3), a(1), ShiftOp::And, b(2), ShiftKind::Right, 4), 0xff, 0x1234), 0x23U);
}

std::uint32_t indirect_result(ShiftKind kind, std::uint32_t amount, std::uint32_t value) {
  Bench bench(program(alu(none(), a(1), AluOp::Or, imm(0)),
                      indirect(shf(a(3), none(), ShiftOp::B, b(2), kind, 0))));
  bench.set(a(1), amount);
  bench.set(b(2), value);
  return bench.run()[a(3)];
}

TEST(Shift, IndirectAmounts) {
  EXPECT_EQ(indirect_result(ShiftKind::Left, 4, 0x11), 0x110U);
  EXPECT_EQ(indirect_result(ShiftKind::Left, 0, 0x11), 0x11U);
  EXPECT_EQ(indirect_result(ShiftKind::Right, 36, 0x110), 0x11U) << "the low five bits count";
}

TEST(Shift, IndirectAmountMustBeThere) {
  const Instruction shift = indirect(shf(a(3), none(), ShiftOp::B, b(2), ShiftKind::Left, 0));
  Bench after_immed(program(load(a(1), 4), shift));
  after_immed.set(b(2), 1);
  EXPECT_EQ(after_immed.stop(), "PW-ME-013");
  Bench exchanged(program(alu(none(), b(1), AluOp::Or, a(4)), shift));
  for (const Operand& o : {b(1), a(4), b(2)})
    exchanged.set(o, 1);
  EXPECT_EQ(exchanged.stop(), "PW-ME-013");
}

TEST(Shift, DoubleByIndirectZeroIsNotGuessed) {
  Bench bench(program(alu(none(), a(1), AluOp::Or, imm(0)),
                      indirect(shf(a(3), a(1), ShiftOp::B, b(2), ShiftKind::Double, 0))));
  bench.set(a(1), 32);
  bench.set(b(2), 1);
  EXPECT_EQ(bench.stop(), "PW-ME-010");
}

TEST(Shift, ArithmeticTakesItsSignFromTheResultBefore) {
  const auto shifted = [](std::uint32_t sign, std::uint32_t value) {
    Bench bench(program(alu(none(), none(), AluOp::B, b(1)),
                        shf(a(3), none(), ShiftOp::Arithmetic, b(2), ShiftKind::Right, 4)));
    bench.set(b(1), sign);
    bench.set(b(2), value);
    return bench.run()[a(3)];
  };
  EXPECT_EQ(shifted(0x80000000, 0x80000000), 0xf8000000U);
  EXPECT_EQ(shifted(0, 0x80000000), 0x08000000U);
}

TEST(LdField, BytesOfARotatedSource) {
  const auto loaded = [](unsigned mask, unsigned rotation, bool clear) {
    Bench bench({Instruction{.op = Op::LdField,
                             .dst = a(3),
                             .b = b(2),
                             .amount = static_cast<std::uint8_t>(rotation),
                             .byte_mask = static_cast<std::uint8_t>(mask),
                             .zero_others = clear}});
    bench.set(a(3), 0xaabbccdd);
    bench.set(b(2), 0x11223344);
    return bench.run()[a(3)];
  };
  EXPECT_EQ(loaded(0b0011, 0, false), 0xaabb3344U);
  EXPECT_EQ(loaded(0b1100, 16, false), 0x3344ccddU);
  EXPECT_EQ(loaded(0b0001, 24, true), 0x00000011U);
}

TEST(LdField, AWordSetByteByByte) {
  const auto byte = [](unsigned mask) {
    return Instruction{
        .op = Op::LdField, .dst = a(3), .b = b(2), .byte_mask = static_cast<std::uint8_t>(mask)};
  };
  const Instruction use = alu(a(4), a(3), AluOp::Add, imm(0));
  Bench whole(program(byte(3), byte(12), use, branch(Condition::Equal, 4)));
  Bench half(program(byte(3), use, branch(Condition::Equal, 3)));
  for (Bench* bench : {&whole, &half})
    bench->set(b(2), 0x11223344);
  EXPECT_EQ(whole.run()[a(4)], 0x11223344U);
  EXPECT_EQ(half.stop(), "PW-ME-005");
}

Instruction step(nfp::MultiplyKind kind, nfp::MultiplyStep s) {
  return {.op = Op::Multiply, .a = a(1), .b = b(2), .multiply = kind, .step = s};
}
Instruction last(Operand dst, nfp::MultiplyKind kind, nfp::MultiplyStep s) {
  return {.op = Op::Multiply, .dst = dst, .multiply = kind, .step = s};
}

std::vector<Instruction> product(nfp::MultiplyKind kind, unsigned steps) {
  using nfp::MultiplyKind, nfp::MultiplyStep;
  std::vector<Instruction> all = {step(MultiplyKind::Start, MultiplyStep::Step1)};
  for (unsigned i = 0; i < steps; ++i)
    all.push_back(step(kind, MultiplyStep(i)));
  all.push_back(last(a(3), kind, MultiplyStep::Last));
  return all;
}

TEST(Multiply, ThirtyTwoBits) {
  using nfp::MultiplyKind, nfp::MultiplyStep;
  Bench bench(program(product(MultiplyKind::M32x32, 4),
                      last(b(4), MultiplyKind::M32x32, MultiplyStep::Last2)));
  bench.set(a(1), 0x12345678);
  bench.set(b(2), 0x9abcdef0);
  bench.run();
  EXPECT_EQ(bench[a(3)], 0x242d2080U);
  EXPECT_EQ(bench[b(4)], 0x0b00ea4eU);
}

TEST(Multiply, SixteenBits) {
  Bench bench(product(nfp::MultiplyKind::M16x16, 2));
  bench.set(a(1), 0xffff);
  bench.set(b(2), 0xfffe);
  EXPECT_EQ(bench.run()[a(3)], 0xfffd0002U);
}

TEST(Multiply, MustNotBeBrokenOrTooNarrow) {
  using nfp::MultiplyKind, nfp::MultiplyStep;
  const auto stop = [](const std::vector<Instruction>& code, std::uint32_t left) {
    Bench bench(code);
    bench.set(a(1), left);
    bench.set(b(2), 3);
    return bench.stop();
  };
  EXPECT_EQ(stop(product(MultiplyKind::M16x16, 2), 0x10000), "PW-ME-013");
  EXPECT_EQ(stop(product(MultiplyKind::M32x32, 3), 1), "PW-ME-013");
  auto broken = product(MultiplyKind::M16x16, 2);
  broken.insert(broken.begin() + 2, nop());
  EXPECT_EQ(stop(broken, 1), "PW-ME-013");
}

TEST(Csr, IsReceivedByTheNextInstruction) {
  const Instruction read = {.op = Op::CsrRead, .csr = 0x148};
  EXPECT_EQ(Bench(program(read, load(both(3), 0))).run()[b(3)], 0x12345678U);
  EXPECT_EQ(Bench(program(read, load(both(3), 1))).stop(), "PW-ME-013");
  EXPECT_EQ(Bench(program(read, alu(a(3), none(), AluOp::B, imm(0)))).stop(), "PW-ME-013");
}

TEST(Unset, BitsAreCarriedAlong) {
  const auto stop = [](const Instruction& what, Condition condition) {
    Bench bench(program(Instruction{.op = Op::LdField, .dst = a(3), .b = b(2), .byte_mask = 1},
                        what, branch(condition, 3)));
    bench.set(b(2), 0x11223344);
    return bench.stop();
  };
  EXPECT_EQ(stop(alu(none(), a(3), AluOp::And, imm(0xff)), Condition::Equal), "");
  EXPECT_EQ(stop(alu(none(), a(3), AluOp::Add, imm(1)), Condition::Equal), "PW-ME-005");
  EXPECT_EQ(stop(alu(none(), a(3), AluOp::Add, imm(1)), Condition::CarrySet), "PW-ME-005");
  EXPECT_EQ(stop(shf(none(), none(), ShiftOp::B, a(3), ShiftKind::Left, 24), Condition::Equal), "");
  EXPECT_EQ(stop(shf(none(), none(), ShiftOp::B, a(3), ShiftKind::Left, 23), Condition::Equal),
            "PW-ME-005");
}

TEST(Unset, IsNotRead) {
  EXPECT_EQ(Bench({alu(a(3), a(1), AluOp::Add, imm(1))}).stop(), "PW-ME-005");
  EXPECT_EQ(Bench({alu(a(3), none(), AluOp::B, xfer(1))}).stop(), "PW-ME-005");
  EXPECT_EQ(Bench({branch(Condition::Equal, 1)}).stop(), "PW-ME-005");
  Bench logic(program(alu(none(), a(1), AluOp::And, imm(1)), branch(Condition::CarrySet, 2)));
  logic.set(a(1), 1);
  EXPECT_EQ(logic.stop(), "PW-ME-005") << "logic says nothing about the carry";
}

} // namespace
} // namespace pw::me::test
