// Arithmetic of every kind.
#include "tests/random/builder.h"

namespace pw::random {

void Builder::alu_statement() {
  for (unsigned count = bits_.between(1, 4); count > 0; --count) {
    std::optional<unsigned> dst = pick(Kind::Scalar);
    if (!dst || !changeable(*dst) || bits_.percent(20)) {
      unsigned source = scalar();
      dst = fresh({source});
      emit_.alu_reg(bits_.percent(80), BPF_MOV, *dst, source);
      frame_.scalar(*dst);
    }
    alu(*dst, bits_.percent(mix_.wide));
  }
}

void Builder::alu(unsigned dst, bool wide) {
  if (bits_.percent(mix_.division))
    return divide(dst, wide);
  if (bits_.percent(mix_.modern))
    return modern_alu(dst);
  if (bits_.percent(20))
    return shift(dst, wide);
  if (bits_.percent(8))
    return swap_bytes(dst);
  if (bits_.percent(4))
    return emit_.alu_imm(wide, BPF_NEG, dst, 0);
  std::uint8_t op = bits_.of<std::uint8_t>(
      {BPF_ADD, BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_XOR, BPF_MUL, BPF_MOV});
  if (bits_.percent(mix_.immediate))
    emit_.alu_imm(wide, op, dst, bits_.interesting());
  else
    emit_.alu_reg(wide, op, dst, scalar());
}

// By a register: zero divides, too. By an immediate: zero is refused by verifiers.
void Builder::divide(unsigned dst, bool wide) {
  std::uint8_t op = bits_.of<std::uint8_t>({BPF_DIV, BPF_MOD});
  std::int16_t is_signed = bits_.percent(mix_.modern) ? 1 : 0;
  wide = wide && bits_.percent(30);
  std::int32_t by = bits_.interesting();
  if (by != 0 && bits_.percent(60))
    emit_.alu_imm(wide, op, dst, by, is_signed);
  else
    emit_.alu_reg(wide, op, dst, scalar(), is_signed);
}

void Builder::modern_alu(unsigned dst) {
  bool wide = bits_.percent(mix_.wide);
  if (bits_.percent(70)) {
    std::int16_t from =
        wide ? bits_.of<std::int16_t>({8, 16, 32}) : bits_.of<std::int16_t>({8, 16});
    emit_.alu_reg(wide, BPF_MOV, dst, scalar(), from);
    return;
  }
  emit_.raw(BPF_ALU64 | BPF_END, dst, 0, 0, bits_.of({16, 32, 64})); // bswap
}

void Builder::shift(unsigned dst, bool wide) {
  std::uint8_t op = bits_.of<std::uint8_t>({BPF_LSH, BPF_RSH, BPF_ARSH});
  if (bits_.percent(75))
    emit_.alu_imm(wide, op, dst, std::int32_t(bits_.below(wide ? 64 : 32)));
  else
    emit_.alu_reg(wide, op, dst, scalar()); // the amount counts modulo the width
}

void Builder::swap_bytes(unsigned dst) {
  std::uint8_t direction = bits_.of<std::uint8_t>({BPF_TO_BE, BPF_TO_BE, BPF_TO_LE});
  emit_.raw(BPF_ALU | BPF_END | direction, dst, 0, 0, bits_.of({16, 32, 64}));
}

void Builder::mask(unsigned reg, unsigned below) {
  emit_.alu_imm(bits_.percent(50), BPF_AND, reg, std::int32_t(below - 1));
}

} // namespace pw::random
