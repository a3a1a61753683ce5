#include "tests/random/emitter.h"

#include <stdexcept>

namespace pw::random {

namespace {

std::uint8_t size_code(unsigned bytes) {
  switch (bytes) {
  case 1:
    return BPF_B;
  case 2:
    return BPF_H;
  case 4:
    return BPF_W;
  default:
    return BPF_DW;
  }
}

constexpr unsigned unplaced = ~0u;
constexpr std::uint8_t mode_memsx = 0x80;
constexpr std::uint8_t mode_atomic = 0xc0;

} // namespace

void Emitter::raw(std::uint8_t op, unsigned dst, unsigned src, std::int16_t off, std::int32_t imm) {
  bpf_insn insn{};
  insn.code = op;
  insn.dst_reg = dst & 15;
  insn.src_reg = src & 15;
  insn.off = off;
  insn.imm = imm;
  code_.push_back(insn);
}

void Emitter::alu_imm(bool wide, std::uint8_t op, unsigned dst, std::int32_t imm,
                      std::int16_t off) {
  raw((wide ? BPF_ALU64 : BPF_ALU) | op | BPF_K, dst, 0, off, imm);
}

void Emitter::alu_reg(bool wide, std::uint8_t op, unsigned dst, unsigned src, std::int16_t off) {
  raw((wide ? BPF_ALU64 : BPF_ALU) | op | BPF_X, dst, src, off, 0);
}

void Emitter::set64(unsigned dst, std::uint64_t value) {
  raw(BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, std::int32_t(value));
  raw(0, 0, 0, 0, std::int32_t(value >> 32));
}

void Emitter::load(unsigned bytes, unsigned dst, unsigned base, int off, bool sign) {
  raw(BPF_LDX | (sign ? mode_memsx : BPF_MEM) | size_code(bytes), dst, base, std::int16_t(off), 0);
}

void Emitter::store(unsigned bytes, unsigned base, int off, unsigned src) {
  raw(BPF_STX | BPF_MEM | size_code(bytes), base, src, std::int16_t(off), 0);
}

void Emitter::store_imm(unsigned bytes, unsigned base, int off, std::int32_t imm) {
  raw(BPF_ST | BPF_MEM | size_code(bytes), base, 0, std::int16_t(off), imm);
}

void Emitter::atomic(unsigned bytes, std::int32_t op, unsigned base, int off, unsigned src) {
  raw(BPF_STX | mode_atomic | size_code(bytes), base, src, std::int16_t(off), op);
}

void Emitter::load_map(unsigned dst, unsigned map) {
  raw(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_IDX, 0, std::int32_t(map));
  raw(0, 0, 0, 0, 0);
}

void Emitter::load_map_value(unsigned dst, unsigned map, std::uint32_t off) {
  raw(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_IDX_VALUE, 0, std::int32_t(map));
  raw(0, 0, 0, 0, std::int32_t(off));
}

void Emitter::call(std::int32_t helper) { raw(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }

void Emitter::call_local(Label to) {
  patches_.push_back({size(), to, true});
  raw(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 0);
}

void Emitter::load_function(unsigned dst, Label to) {
  patches_.push_back({size(), to, true});
  raw(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_FUNC, 0, 0);
  raw(0, 0, 0, 0, 0);
}

void Emitter::exit() { raw(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

Label Emitter::label() {
  labels_.push_back(unplaced);
  return Label(labels_.size() - 1);
}

void Emitter::place(Label at) { labels_.at(at) = size(); }

void Emitter::jump(Label to) {
  patches_.push_back({size(), to, false});
  raw(BPF_JMP | BPF_JA, 0, 0, 0, 0);
}

void Emitter::jump_imm(bool wide, std::uint8_t op, unsigned dst, std::int32_t imm, Label to) {
  patches_.push_back({size(), to, false});
  raw((wide ? BPF_JMP : BPF_JMP32) | op | BPF_K, dst, 0, 0, imm);
}

void Emitter::jump_reg(bool wide, std::uint8_t op, unsigned dst, unsigned src, Label to) {
  patches_.push_back({size(), to, false});
  raw((wide ? BPF_JMP : BPF_JMP32) | op | BPF_X, dst, src, 0, 0);
}

std::vector<bpf_insn> Emitter::finish() {
  for (const Patch& patch : patches_) {
    if (labels_.at(patch.label) == unplaced)
      throw std::logic_error("label without a place");
    int distance = int(labels_[patch.label]) - int(patch.insn) - 1;
    if (patch.in_imm)
      code_[patch.insn].imm = distance;
    else
      code_[patch.insn].off = std::int16_t(distance);
  }
  patches_.clear();
  return code_;
}

} // namespace pw::random
