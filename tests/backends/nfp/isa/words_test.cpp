// Words of each class, put together by hand from the field tables; the known-good words of public
// microcode among them.

#include "backends/nfp/isa/encode.h"
#include "backends/nfp/isa/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using testing::HasSubstr;

Operand a(unsigned n) { return register_of(Bank::A, n); }
Operand b(unsigned n) { return register_of(Bank::B, n); }
Operand both(unsigned n) { return register_of(Bank::Both, n); }
Operand xfer(unsigned n) { return {.kind = Operand::Kind::Transfer, .number = n}; }
Target address(unsigned n) { return {.kind = Target::Kind::Address, .number = n}; }

Instruction alu(Operand dst, Operand left, AluOp op, Operand right) {
  return {.op = Op::Alu, .dst = dst, .a = left, .b = right, .alu = op};
}
Instruction branch(Condition c, unsigned to, std::uint8_t defer = 0) {
  return {.op = Op::Branch, .condition = c, .target = address(to), .defer = defer};
}

TEST(Ecc, KnownWords) {
  EXPECT_EQ(with_ecc(0x0000'00f0'000c'0300), 0x0000'00f0'000c'0300u); // nop
  EXPECT_EQ(with_ecc(0x0000'00d8'0060'8038), 0x0000'60d8'0060'8038u); // br .1 defer 2
}

TEST(Ecc, EveryBitTurnsSomeCheckBit) {
  for (unsigned bit = 0; bit < instruction_bits; ++bit)
    EXPECT_NE(ecc_of(std::uint64_t{1} << bit), 0u) << bit;
}

TEST(Ecc, LooksAtTheInstructionOnly) {
  EXPECT_EQ(with_ecc(0xffff'e000'0000'0000 | 0x00f0'000c'0300), 0x0000'00f0'000c'0300u);
}

TEST(Words, Nop) {
  EXPECT_EQ(encode({}), 0x00f0'000c'0300u);
  EXPECT_EQ(encode({.op = Op::Immed}), 0x00f0'000c'0300u) << "immed[--, 0] is the same word";
}

TEST(Words, BranchAlways) { EXPECT_EQ(encode(branch(Condition::Always, 1, 2)), 0x00d8'0060'8038u); }

TEST(Words, BranchByConditionHasAnotherPipe) {
  EXPECT_EQ(encode(branch(Condition::NotEqual, 5)), 0x00d8'0000'8121u | 5u << 22);
}

TEST(Words, TheTopBitOfAnAddressStandsAlone) {
  EXPECT_EQ(encode(branch(Condition::Always, 0x2001)),
            0x00d8'0000'8038u | 1u << 22 | std::uint64_t{1} << 40);
}

TEST(Words, AluOfBothBanksAndAConstant) {
  EXPECT_EQ(encode(alu(a(3), a(1), AluOp::Add, b(2))), 0x00a0'8030'0801u);
  EXPECT_EQ(encode(alu(b(3), a(1), AluOp::Add, constant(5))),
            0x00a0'8000'0000u | 1u << 0 | 0x305u << 10 | 3u << 20 | std::uint64_t{1} << 36);
}

TEST(Words, SourcesInTheWrongFieldsAreExchanged) {
  EXPECT_EQ(encode(alu(a(3), b(2), AluOp::Subtract, a(1))),
            0x00a0'0000'0801u | 1u << 30 | 3u << 20 | std::uint64_t{0x15} << 31);
  EXPECT_EQ(encode(alu(none(), constant(7), AluOp::And, a(1))),
            0x00a0'0000'0001u | 0x307u << 10 | 1u << 30 | 0x300u << 20 | std::uint64_t{8} << 31);
}

TEST(Words, AValueInBothBanksTakesTheFreeField) {
  EXPECT_EQ(encode(alu(a(3), both(1), AluOp::Add, a(2))),
            encode(alu(a(3), b(1), AluOp::Add, a(2))));
  EXPECT_EQ(encode(alu(a(3), both(1), AluOp::Add, both(1))),
            encode(alu(a(3), a(1), AluOp::Add, b(1))));
}

TEST(Words, BothBanksAsDestination) {
  EXPECT_EQ(encode(alu(both(3), none(), AluOp::B, b(2))),
            0x00a0'0000'0000u | 2u << 10 | 3u << 20 | std::uint64_t{1} << 41);
}

TEST(Words, LocalMemory) {
  EXPECT_EQ(encode(alu(local(1, 2), none(), AluOp::B, local(3, 15))),
            0x00a0'0000'0000u | 0x22fu << 10 | 0x222u << 20 | std::uint64_t{1} << 42);
  Operand stepping = local(2, 0);
  stepping.step = Operand::Step::Decrement;
  EXPECT_EQ(encode(alu(stepping, none(), AluOp::B, xfer(4))),
            0x00a0'0000'0000u | 0x184u << 10 | 0x211u << 20 | std::uint64_t{1} << 43);
}

TEST(Words, ConditionsCanStay) {
  Instruction i = alu(a(3), a(1), AluOp::Add, b(2));
  i.set_conditions = false;
  EXPECT_EQ(encode(i), 0x01a0'8030'0801u);
}

TEST(Words, Shifts) {
  Instruction i{.op = Op::Shift, .dst = a(1), .b = b(2)};
  i.shift = ShiftKind::Left;
  i.amount = 4; // stored as 32 - 4
  EXPECT_EQ(encode(i), 0x0080'0000'0200u | 2u << 10 | 1u << 20 | std::uint64_t{28} << 28);
  i.shift = ShiftKind::Right;
  EXPECT_EQ(encode(i), 0x0080'0000'0100u | 2u << 10 | 1u << 20 | std::uint64_t{4} << 28);
  i.amount = 0;
  i.indirect = true;
  EXPECT_EQ(encode(i), 0x0080'0000'0100u | 2u << 10 | 1u << 20);
}

TEST(Words, ShiftWithALargeConstant) {
  Instruction i{.op = Op::Shift, .dst = none(), .a = a(1), .b = constant(0xa5)};
  i.shift_op = ShiftOp::And;
  i.amount = 3;
  // 0xa5: bits 4:0 = 5, 6:5 = 1, bit 7 at its own place
  EXPECT_EQ(encode(i), 0x0080'0000'0001u | (0x20u | 5u | 1u << 6) << 10 | 1u << 18 | 0x20u << 20 |
                           std::uint64_t{3} << 28 | std::uint64_t{2} << 33);
}

TEST(Words, Immediates) {
  Instruction i{.op = Op::Immed, .dst = a(3), .immediate = 0x1234};
  EXPECT_EQ(encode(i), 0x00f0'0000'0003u | 0x334u << 10 | 0x12u << 20);
  i.dst = b(3);
  i.byte_shift = 2;
  EXPECT_EQ(encode(i), 0x00f0'0000'0334u | 3u << 10 | 0x12u << 20 | std::uint64_t{2} << 33);
  i.invert = true;
  i.immediate_width = 2;
  EXPECT_EQ(encode(i), 0x00f0'0000'0334u | 3u << 10 | 0x12u << 20 | std::uint64_t{2} << 33 |
                           2u << 29 | 1u << 31);
}

TEST(Words, LoadField) {
  Instruction i{.op = Op::LdField, .dst = a(3), .b = b(4), .amount = 8, .byte_mask = 5};
  EXPECT_EQ(encode(i), 0x00c0'0000'0003u | 4u << 10 | 5u << 24 | std::uint64_t{8} << 28);
  i.dst = b(3);
  i.b = a(4);
  i.zero_others = true;
  EXPECT_EQ(encode(i),
            0x00c0'0000'0004u | 3u << 10 | 5u << 24 | std::uint64_t{8} << 28 | 1u << 19 | 1u << 20);
}

TEST(Words, ControlRegisters) {
  EXPECT_EQ(encode({.op = Op::CsrRead, .csr = 0x148}),
            0x00fc'0000'0000u | std::uint64_t{0x148 / 4} << 22);
  EXPECT_EQ(encode({.op = Op::CsrWrite, .a = b(22), .csr = 0x94}),
            0x00fc'0020'0300u | 22u << 10 | std::uint64_t{0x94 / 4} << 22);
}

TEST(Words, Multiplication) {
  Instruction i{.op = Op::Multiply, .a = a(1), .b = b(2)};
  EXPECT_EQ(encode(i), 0x00f8'0000'0801u);
  i.multiply = MultiplyKind::M32x32;
  i.step = MultiplyStep::Step4;
  EXPECT_EQ(encode(i), 0x00f8'0000'0801u | 3u << 20 | std::uint64_t{3} << 31);
  i.a = i.b = none();
  i.dst = b(7);
  i.step = MultiplyStep::Last2;
  EXPECT_EQ(encode(i), 0x00f8'0000'0007u | 5u << 20 | 1u << 23 | std::uint64_t{3} << 31);
}

TEST(Words, Commands) {
  Instruction i{.op = Op::Command, .a = a(1), .b = b(2), .data = xfer(5)};
  i.memory = Memory::Read32Swap;
  i.count = 2;
  EXPECT_EQ(encode(i), 0x105c'1258'0801u | 0u) << "A + B, two words, waits";
  i.memory = Memory::Add;
  i.mode = AddressMode::Shift8A;
  i.wide = true;
  i.swap_context = false;
  EXPECT_EQ(encode(i), 0x0047'0000'0b01u | 5u << 20 | 4u << 25);
}

TEST(Words, CommandsWithAnOverride) {
  Instruction i{.op = Op::Command, .indirect = true, .memory = Memory::Read8, .count = 20};
  i.a = a(1);
  i.b = constant(14);
  i.data = xfer(0);
  i.defer = 2;
  EXPECT_EQ(encode(i), 0x0043'1000'0201u | (0x20u | 14u) << 10 | 1u << 18 | 3u << 25 |
                           std::uint64_t{1} << 41 | std::uint64_t{4} << 42);
}

TEST(Words, BranchesByABitAndByAByte) {
  Instruction i{.op = Op::BranchBit, .a = b(6), .target = address(9), .bit = 31, .bit_set = true};
  EXPECT_EQ(encode(i), 0x00d0'0000'0000u | 0x60u | 6u << 10 | 1u << 18 | 9u << 22);
  Instruction j{
      .op = Op::BranchByte, .a = a(6), .target = address(9), .byte = 2, .byte_value = 0x88};
  j.byte_equal = true;
  EXPECT_EQ(encode(j), 0x00c8'0000'0006u | 2u << 8 | 0x28u << 10 | 1u << 18 | 1u << 19 | 9u << 22);
}

TEST(Words, ReturnAndArbitration) {
  EXPECT_EQ(encode({.op = Op::Return, .a = b(0), .defer = 3}), 0x00e8'0030'0300u);
  EXPECT_EQ(encode({.op = Op::Return, .a = a(21)}), 0x00e8'000c'0015u);
  EXPECT_EQ(encode({.op = Op::Arbitrate}), 0x00e0'0000'0001u);
}

TEST(Words, TargetsOfTheFirmware) {
  Instruction i = branch(Condition::Always, 0);
  i.target = {.kind = Target::Kind::Helper, .number = 1};
  EXPECT_EQ(address_field(i), 15001u);
  i.target = {.kind = Target::Kind::Done};
  EXPECT_EQ(address_field(i), 0u);
}

// What must not be made of an instruction: another one.
void expect_refused(const Instruction& i, const char* why) {
  try {
    encode(i);
    FAIL() << print(i);
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-INT-001");
    EXPECT_THAT(f.diagnostics()[0].message, HasSubstr(why));
    EXPECT_THAT(f.diagnostics()[0].message, HasSubstr(print(i)));
  }
}

TEST(Refused, Operands) {
  expect_refused(alu(a(3), a(1), AluOp::Add, a(2)), "two sources of one kind");
  expect_refused(alu(a(3), xfer(1), AluOp::Add, xfer(2)), "two sources of one kind");
  expect_refused(alu(a(3), local(0, 1), AluOp::Add, local(1, 1)), "two sources of one kind");
  expect_refused(alu(constant(3), a(1), AluOp::Add, b(2)), "constant as destination");
  expect_refused(alu(virtual_value(3), a(1), AluOp::Add, b(2)), "without a register");
  expect_refused(alu(transfer(3, 1), a(1), AluOp::Add, b(2)), "transfer register without");
  expect_refused(alu(a(32), a(1), AluOp::Add, b(2)), "register 32");
  expect_refused(alu(a(3), a(1), AluOp::Add, constant(256)), "constant 256");
  expect_refused(alu(a(3), a(1), AluOp::Add, local(0, 16)), "offset 16");
  expect_refused(alu(a(3), none(), AluOp::Add, b(2)), "no left source");
  expect_refused(alu(a(3), a(1), AluOp::B, b(2)), "not used");
  expect_refused(alu(a(3), a(1), AluOp::Add, none()), "no right source");
}

TEST(Refused, RestrictedFields) {
  Instruction i{.op = Op::Shift, .dst = a(1), .b = local(0, 8)};
  expect_refused(i, "offset of a restricted field 8");
  i.b = b(2);
  i.shift = ShiftKind::Left;
  expect_refused(i, "amount of 0");
  Instruction command{.op = Op::Command, .count = 1};
  command.a = b(1);
  command.b = a(2);
  expect_refused(command, "from bank A");
  command.a = a(1);
  command.b = constant(128);
  expect_refused(command, "don't reach");
  command.b = local(2, 0);
  expect_refused(command, "don't reach");
  command.b = b(2);
  command.count = 9;
  expect_refused(command, "length of 9");
}

TEST(Refused, WhatHasNoWord) {
  expect_refused({.op = Op::Nop, .defer = 1}, "nothing to defer");
  expect_refused({.op = Op::Call, .helper = 1}, "pseudo instruction");
  expect_refused({.op = Op::LoadValue, .dst = a(1)}, "pseudo instruction");
  Instruction i = branch(Condition::Always, 3, 3);
  expect_refused(i, "deferred");
  i = branch(Condition::Always, 0x4000);
  expect_refused(i, "address 16384");
  i.target = {.kind = Target::Kind::Block, .number = 3};
  expect_refused(i, "target without an address");
}

} // namespace
} // namespace pw::nfp
