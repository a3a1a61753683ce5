// immed: 16 bits, 0, 1 or 2 bytes to the left, perhaps inverted. alu_shf: 8 bits, rotated, perhaps
// inverted. Else a second immed for the upper half.
#include "backends/nfp/allocate/constants.h"

#include "backends/nfp/allocate/passes.h"

#include <bit>
#include <optional>

namespace pw::nfp {
namespace {

Instruction immed(const Instruction& load, std::uint16_t bits, unsigned byte_shift) {
  Instruction i;
  i.op = Op::Immed;
  i.dst = load.dst;
  i.immediate = bits;
  i.byte_shift = std::uint8_t(byte_shift);
  i.where = load.where;
  return i;
}

std::optional<Instruction> shifted_immed(const Instruction& load, Word32 value, bool invert) {
  for (unsigned shift = 0; shift <= 2; ++shift) {
    const Word32 window = 0xffffu << (8 * shift);
    if ((value & ~window) != 0)
      continue;
    Instruction i = immed(load, std::uint16_t(value >> (8 * shift)), shift);
    i.invert = invert;
    return i;
  }
  return std::nullopt;
}

std::optional<Instruction> rotated_byte(const Instruction& load, Word32 value, ShiftOp op) {
  for (unsigned n = 0; n < 32; ++n) {
    const Word32 byte = std::rotl(value, int(n));
    if (byte > 0xff)
      continue;
    Instruction i;
    i.op = Op::Shift;
    i.shift_op = op;
    i.amount = std::uint8_t(n);
    i.dst = load.dst;
    i.b = constant(byte);
    i.set_conditions = false;
    i.where = load.where;
    return i;
  }
  return std::nullopt;
}

std::optional<Instruction> one_word(const Instruction& load) {
  if (auto i = shifted_immed(load, load.value, false))
    return i;
  if (auto i = shifted_immed(load, ~load.value, true))
    return i;
  if (load.dst.kind == Operand::Kind::Local && load.dst.offset >= 8)
    return std::nullopt; // restricted fields don't reach it
  if (auto i = rotated_byte(load, load.value, ShiftOp::B))
    return i;
  return rotated_byte(load, ~load.value, ShiftOp::NotB);
}

} // namespace

std::vector<Instruction> value_words(const Instruction& load) {
  if (const auto single = one_word(load))
    return {*single};
  Instruction low = immed(load, std::uint16_t(load.value), 0);
  Instruction high = immed(load, std::uint16_t(load.value >> 16), 2);
  high.immediate_width = 2;
  return {low, high};
}

void expand_values(Function& f) {
  for (Block& b : f.blocks) {
    std::vector<Instruction> body;
    for (Instruction& i : b.body)
      if (i.op == Op::LoadValue)
        for (Instruction& word : value_words(i))
          body.push_back(std::move(word));
      else
        body.push_back(std::move(i));
    b.body = std::move(body);
  }
}

} // namespace pw::nfp
