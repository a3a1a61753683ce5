// Instructions and functions in one line each, for tests.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/isa/print.h"

#include <string>
#include <vector>

namespace pw::nfp::test {

inline Operand v(unsigned n) { return virtual_value(n); }
inline Operand k(unsigned n) { return constant(n); }
inline Operand reg_a(unsigned n) { return register_of(Bank::A, n); }
inline Operand reg_b(unsigned n) { return register_of(Bank::B, n); }
inline Operand xfer(unsigned n) { return {.kind = Operand::Kind::Transfer, .number = n}; }

inline Instruction alu(Operand dst, Operand a, AluOp op, Operand b, bool conditions = false) {
  Instruction i;
  i.op = Op::Alu;
  i.alu = op;
  i.dst = dst;
  i.a = a;
  i.b = b;
  i.set_conditions = conditions;
  return i;
}
inline Instruction copy(Operand dst, Operand src) { return alu(dst, none(), AluOp::B, src); }
inline Instruction compare(Operand a, Operand b) {
  return alu(none(), a, AluOp::Subtract, b, true);
}
inline Instruction load(Operand dst, std::uint32_t value) {
  Instruction i;
  i.op = Op::LoadValue;
  i.dst = dst;
  i.value = value;
  return i;
}
inline Instruction shift_left(Operand dst, Operand b, unsigned amount) {
  Instruction i;
  i.op = Op::Shift;
  i.shift = ShiftKind::Left;
  i.amount = std::uint8_t(amount);
  i.dst = dst;
  i.b = b;
  i.set_conditions = false;
  return i;
}
inline Instruction read_words(Operand data, Operand a, Operand b, unsigned count) {
  Instruction i;
  i.op = Op::Command;
  i.memory = Memory::Read32Swap;
  i.data = data;
  i.a = a;
  i.b = b;
  i.count = std::uint8_t(count);
  return i;
}
inline Instruction write_words(Operand data, Operand a, Operand b, unsigned count) {
  Instruction i = read_words(data, a, b, count);
  i.memory = Memory::Write32Swap;
  return i;
}
inline Instruction call(unsigned helper, unsigned table) {
  Instruction i;
  i.op = Op::Call;
  i.helper = helper;
  i.value = table;
  return i;
}
inline Instruction csr_write(unsigned csr, Operand a) {
  Instruction i;
  i.op = Op::CsrWrite;
  i.csr = std::uint16_t(csr);
  i.a = a;
  return i;
}
inline Instruction branch(Condition c) {
  Instruction i;
  i.op = Op::Branch;
  i.condition = c;
  return i;
}
inline Instruction branch_bit(Operand a, unsigned bit) {
  Instruction i;
  i.op = Op::BranchBit;
  i.a = a;
  i.bit = std::uint8_t(bit);
  i.bit_set = true;
  return i;
}
inline Instruction following(Instruction i) {
  i.follows = true;
  return i;
}

// A block that leaves to the next packet unless `next` says otherwise.
inline Block block(std::vector<Instruction> body, std::optional<BlockId> next = std::nullopt) {
  return {std::move(body), std::nullopt, std::nullopt, next};
}
inline Block block(std::vector<Instruction> body, Instruction branch, std::optional<BlockId> taken,
                   std::optional<BlockId> next) {
  branch.target = taken ? Target{Target::Kind::Block, *taken} : Target{Target::Kind::Done};
  return {std::move(body), branch, taken, next};
}
inline Function function(unsigned values, std::vector<Block> blocks,
                         std::vector<TransferGroup> transfers = {}) {
  Function f;
  f.name = "test";
  f.values = values;
  f.blocks = std::move(blocks);
  f.transfers = std::move(transfers);
  return f;
}

inline std::vector<std::string> text(const std::vector<Instruction>& body) {
  std::vector<std::string> out;
  for (const Instruction& i : body)
    out.push_back(print(i));
  return out;
}

} // namespace pw::nfp::test
