#include "tests/sim/nfp/bench.h"

#include <gtest/gtest.h>

namespace pw::me::test {

namespace {

// Branches of tests count from the first instruction.
std::uint64_t word_of(Instruction i) {
  i.target.number += i.target.kind == nfp::Target::Kind::Address ? Bench::start : 0;
  return with_check_bits(nfp::encode(i));
}

std::vector<std::uint64_t> words_of(const std::vector<Instruction>& instructions) {
  std::vector<std::uint64_t> words;
  for (const Instruction& i : instructions)
    words.push_back(word_of(i));
  return words;
}

Code code_of(const std::vector<std::uint64_t>& words) {
  Code code;
  code.start = Bench::start;
  code.raw = words;
  for (const std::uint64_t word : words)
    code.words.push_back(decode(word));
  return code;
}

} // namespace

Instruction alu(Operand dst, Operand left, AluOp op, Operand right) {
  return {.op = Op::Alu, .dst = dst, .a = left, .b = right, .alu = op};
}

Instruction shf(Operand dst, Operand left, ShiftOp op, Operand right, ShiftKind kind,
                unsigned amount) {
  return {.op = Op::Shift,
          .dst = dst,
          .a = left,
          .b = right,
          .shift_op = op,
          .shift = kind,
          .amount = static_cast<std::uint8_t>(amount)};
}

Instruction indirect(Instruction i) {
  i.indirect = true;
  i.amount = 0;
  return i;
}

std::vector<Instruction> load(Operand dst, std::uint32_t value) {
  const Instruction low = {
      .op = Op::Immed, .dst = dst, .immediate = static_cast<std::uint16_t>(value)};
  if (value <= 0xffff)
    return {low};
  return {low,
          {.op = Op::Immed,
           .dst = dst,
           .immediate = static_cast<std::uint16_t>(value >> 16),
           .immediate_width = 2,
           .byte_shift = 2}};
}

Instruction branch(Condition condition, unsigned to, unsigned defer) {
  return {.op = Op::Branch,
          .condition = condition,
          .target = {.kind = nfp::Target::Kind::Address, .number = to},
          .defer = static_cast<std::uint8_t>(defer)};
}

Instruction csr_write(unsigned csr, Operand value) {
  return {.op = Op::CsrWrite, .a = value, .csr = static_cast<std::uint16_t>(csr)};
}

Bench::Bench(const std::vector<Instruction>& instructions) : Bench(words_of(instructions)) {}

Bench::Bench(const std::vector<std::uint64_t>& words)
    : code_(code_of(words)), engine_(code_, CardProfile{}, nfp::FirmwareProfile{}, *this) {
  context().pc = start;
  context().running = true;
}

void Bench::set(Operand o, std::uint32_t value) {
  using Kind = Operand::Kind;
  if (o.kind == Kind::Transfer)
    context().in.at(o.number) = context().out.at(o.number) = Value::of(value);
  if (o.kind == Kind::Local)
    engine_.local(stack() / 4 + o.offset) = Value::of(value);
  if (o.kind == Kind::Register && o.bank != Bank::B)
    engine_.gpr(context(), 0, o.number) = Value::of(value);
  if (o.kind == Kind::Register && o.bank != Bank::A)
    engine_.gpr(context(), 1, o.number) = Value::of(value);
}

std::uint32_t Bench::operator[](Operand o) {
  Value value;
  if (o.kind == Operand::Kind::Transfer)
    value = context().out.at(o.number);
  else if (o.kind == Operand::Kind::Local)
    value = engine_.local(stack() / 4 + o.offset);
  else
    value = engine_.gpr(context(), o.bank == Bank::B ? 1 : 0, o.number);
  EXPECT_EQ(value.defined, all_bits);
  return value.bits;
}

Bench& Bench::run() {
  engine_.finish(context());
  return *this;
}

std::string Bench::stop() {
  try {
    run();
    return "";
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
}

void Bench::read(const Context&, bool, std::uint64_t address, std::span<Byte> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto found = memory.find(address + i);
    out[i] = found == memory.end() ? Byte{0, false} : Byte{found->second, true};
  }
}

void Bench::write(const Context&, bool, std::uint64_t address,
                  std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    memory[address + i] = bytes[i];
}

bool Bench::outside(Context& c) {
  c.running = c.pc != start + code_.words.size();
  return !c.running;
}

} // namespace pw::me::test
