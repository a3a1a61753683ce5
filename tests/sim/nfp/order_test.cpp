// Branches and their defer slots, local memory and its delay, commands and what they bring.
#include "tests/sim/nfp/bench.h"

#include <gtest/gtest.h>

namespace pw::me::test {
namespace {

constexpr unsigned lm_address_0 = 0x64, lm_address_3 = 0x9c;

Instruction add_one() { return alu(a(1), a(1), AluOp::Add, imm(1)); }

TEST(Defer, SlotsRunBeforeTheBranch) {
  for (unsigned slots : {0U, 1U, 2U}) {
    Bench bench(
        program(load(a(1), 0), branch(Condition::Always, 4, slots), add_one(), add_one(), nop()));
    bench.run();
    EXPECT_EQ(bench[a(1)], slots);
    EXPECT_EQ(bench.engine().clock(), 1 + 1 + 2 + 1U) << "an empty slot costs the same clock";
  }
}

TEST(Defer, SlotsRunWhenTheBranchIsNotTaken) {
  Bench bench(program(load(a(1), 0), alu(none(), a(1), AluOp::Subtract, imm(1)),
                      branch(Condition::Equal, 6, 2), add_one(), add_one(), add_one()));
  EXPECT_EQ(bench.run()[a(1)], 3U);
}

TEST(Defer, NoBranchInASlot) {
  Bench bench(program(branch(Condition::Always, 3, 1), branch(Condition::Always, 3), nop()));
  EXPECT_EQ(bench.stop(), "PW-ME-003");
}

TEST(Branch, OnABit) {
  for (const bool set : {false, true})
    for (const std::uint32_t value : {0x80U, 0U}) {
      Bench bench(program(load(b(1), value), load(a(1), 0),
                          Instruction{.op = Op::BranchBit,
                                      .a = b(1),
                                      .target = {nfp::Target::Kind::Address, 4},
                                      .bit = 7,
                                      .bit_set = set},
                          add_one(), nop()));
      EXPECT_EQ(bench.run()[a(1)], (value != 0) == set ? 0U : 1U);
    }
}

TEST(Branch, OnAByteThatIsTheOnlyOneWritten) {
  Bench bench(program(Instruction{.op = Op::LdField, .dst = a(2), .b = imm(6), .byte_mask = 1},
                      load(a(1), 0),
                      Instruction{.op = Op::BranchByte,
                                  .a = a(2),
                                  .target = {nfp::Target::Kind::Address, 4},
                                  .byte = 0,
                                  .byte_value = 6,
                                  .byte_equal = true},
                      add_one(), nop()));
  EXPECT_EQ(bench.run()[a(1)], 0U);
}

TEST(Branch, ReturnsToARegister) {
  Bench bench(program(load(a(1), 0), load(b(2), Bench::start + 5),
                      Instruction{.op = Op::Return, .a = b(2), .defer = 1}, add_one(), add_one(),
                      nop()));
  EXPECT_EQ(bench.run()[a(1)], 1U);
}

TEST(Branch, OutOfTheProgram) {
  EXPECT_EQ(Bench({branch(Condition::Always, 77)}).stop(), "PW-ME-007");
}

TEST(Branch, InACircle) { EXPECT_EQ(Bench({branch(Condition::Always, 0)}).stop(), "PW-ME-008"); }

TEST(LocalMemory, AddressCountsAfterThreeInstructions) {
  for (unsigned between = 0; between < 4; ++between) {
    Bench bench(program(csr_write(lm_address_3, a(22)), std::vector<Instruction>(between, nop()),
                        alu(lm(3, 5), none(), AluOp::B, imm(9))));
    bench.set(a(22), bench.stack());
    EXPECT_EQ(bench.stop(), between < 3 ? "PW-ME-006" : "");
    if (between >= 3) {
      EXPECT_EQ(bench[lm(0, 5)], 9U);
    }
  }
}

TEST(LocalMemory, OffsetsAreOredIntoTheAddress) {
  Bench bench({alu(lm(0, 3), none(), AluOp::B, imm(9))});
  bench.point(0, bench.stack() + 4 * 5);
  bench.run();
  EXPECT_EQ(bench[lm(0, 5 | 3)], 9U);
}

TEST(LocalMemory, StepsBehindTheAccess) {
  Operand next = lm(0, 0);
  next.step = Operand::Step::Increment;
  Bench bench(program(alu(next, none(), AluOp::B, imm(7)), alu(next, none(), AluOp::B, imm(8))));
  bench.point(0, bench.stack());
  bench.run();
  EXPECT_EQ(bench[lm(0, 0)], 7U);
  EXPECT_EQ(bench[lm(0, 1)], 8U);
}

TEST(LocalMemory, FirmwaresPartIsNotTouched) {
  Bench low({alu(lm(0, 0), none(), AluOp::B, imm(7))});
  low.point(0, low.stack() - 4);
  EXPECT_EQ(low.stop(), "PW-ME-012");
  Bench high({alu(a(1), none(), AluOp::B, lm(0, 0))});
  high.point(0, high.stack() + nfp::FirmwareProfile{}.stack_bytes);
  EXPECT_EQ(high.stop(), "PW-ME-012");
  EXPECT_EQ(Bench(load(a(23), 1)).stop(), "PW-ME-012");
}

TEST(LocalMemory, UnsetAddressAndWord) {
  EXPECT_EQ(Bench({alu(a(1), none(), AluOp::B, lm(2, 0))}).stop(), "PW-ME-005");
  Bench word({alu(a(1), none(), AluOp::B, lm(0, 0))});
  word.point(0, word.stack());
  EXPECT_EQ(word.stop(), "PW-ME-005");
}

Instruction command(nfp::Memory memory, Operand data, unsigned count) {
  return {.op = Op::Command,
          .a = a(4),
          .b = b(5),
          .memory = memory,
          .count = static_cast<std::uint8_t>(count),
          .data = data};
}

void set_address(Bench& bench) {
  bench.set(a(4), 0x1000);
  bench.set(b(5), 3);
}

std::uint32_t read_with(nfp::Memory memory, unsigned count) {
  Bench bench(program(command(memory, xfer(2), count), alu(a(1), none(), AluOp::B, xfer(2))));
  set_address(bench);
  for (std::uint8_t i = 0; i < 8; ++i)
    bench.memory[0x1003 + i] = static_cast<std::uint8_t>(0x10 + i);
  return bench.run()[a(1)];
}

TEST(Command, ByteOrders) {
  EXPECT_EQ(read_with(nfp::Memory::Read8, 4), 0x10111213U);
  EXPECT_EQ(read_with(nfp::Memory::Read32, 1), 0x10111213U);
  EXPECT_EQ(read_with(nfp::Memory::Read32Swap, 1), 0x13121110U);
}

TEST(Command, WritesOfBytesAndWords) {
  for (const auto& [memory, count, bytes] :
       {std::tuple{nfp::Memory::Write8Swap, 3U, 3U}, {nfp::Memory::Write32Swap, 2U, 8U}}) {
    Bench bench({command(memory, xfer(6), count)});
    set_address(bench);
    bench.set(xfer(6), 0x44332211);
    bench.set(xfer(7), 0x88776655);
    bench.run();
    EXPECT_EQ(bench.memory.size(), bytes);
    for (unsigned i = 0; i < bytes; ++i)
      EXPECT_EQ(bench.memory[0x1003 + i], 0x11 * (i + 1));
  }
}

TEST(Command, WhatItBringsIsThereAfterTheWaitOnly) {
  Instruction read = command(nfp::Memory::Read32Swap, xfer(2), 1);
  read.defer = 1;
  Bench bench(program(read, alu(a(1), none(), AluOp::B, xfer(2))));
  set_address(bench);
  bench.set(xfer(2), 5);
  EXPECT_EQ(bench.stop(), "PW-ME-005");
}

TEST(Command, WaitsAsLongAsTheMemoryTakes) {
  Bench bench({command(nfp::Memory::Read32Swap, xfer(2), 1)});
  set_address(bench);
  bench.run();
  EXPECT_EQ(bench.engine().clock(), CardProfile{}.ctm_clocks);
}

TEST(Command, TransferFilesAreTwo) {
  Bench bench(program(command(nfp::Memory::Read32Swap, xfer(2), 1),
                      command(nfp::Memory::Write32Swap, xfer(2), 1)));
  set_address(bench);
  for (unsigned i = 0; i < 4; ++i)
    bench.memory[0x1003 + i] = 1;
  EXPECT_EQ(bench.stop(), "PW-ME-005") << "what was read is not what is written";
}

TEST(Command, LengthFromTheResultBefore) {
  Instruction read = command(nfp::Memory::Read32Swap, xfer(0), 1);
  read.indirect = true;
  read.count = 9;
  Bench bench(program(load(none(), 1 << 7 | 8 << 8), read, alu(a(1), none(), AluOp::B, xfer(8))));
  set_address(bench);
  for (unsigned i = 0; i < 36; ++i)
    bench.memory[0x1003 + i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(bench.run()[a(1)], 0x23222120U);
}

Instruction addition(nfp::Memory memory, bool wide) {
  Instruction i = command(memory, xfer(2), 1);
  i.mode = nfp::AddressMode::Shift8A;
  i.wide = wide;
  i.count = 1;
  return i;
}

std::vector<std::uint8_t> added(const std::vector<Instruction>& code, unsigned bytes) {
  Bench bench(code);
  bench.set(a(4), 0x80);
  bench.set(b(5), 0x10);
  bench.set(xfer(2), 0xffffffff);
  bench.set(xfer(3), 1);
  for (unsigned i = 0; i < bytes; ++i)
    bench.memory[0x8010 + i] = i % 4 == 3 ? 2 : 0; // big-endian words of 2
  bench.run();
  std::vector<std::uint8_t> out;
  for (const auto& [address, byte] : bench.memory)
    out.push_back(byte);
  return out;
}

TEST(Command, AdditionsToBigEndianWords) {
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_EQ(added({addition(nfp::Memory::Add, false)}, 4), (Bytes{0, 0, 0, 1}));
  EXPECT_EQ(added({addition(nfp::Memory::Add, true)}, 8), (Bytes{0, 0, 0, 1, 0, 0, 0, 4}));
  Instruction number = addition(nfp::Memory::AddImmediate, true);
  number.indirect = true;
  number.swap_context = false;
  const auto override = load(a(6), 0x1234U << 16 | 12 << 8 | 1 << 7 | 2 << 3);
  EXPECT_EQ(added(program(override, alu(none(), none(), AluOp::B, a(6)), number), 8),
            (Bytes{0, 0, 0x12, 0x36, 0, 0, 0, 2}));
}

TEST(Contexts, RegistersAreTheirOwn) {
  Bench bench({add_one()});
  bench.set(a(1), 5);
  Context& other = bench.engine().context(1);
  other.pc = Bench::start;
  other.running = true;
  EXPECT_THROW(bench.engine().finish(other), Failure) << "its register 1 was never written";
  bench.run();
  EXPECT_EQ(bench[a(1)], 6U);
}

} // namespace
} // namespace pw::me::test
