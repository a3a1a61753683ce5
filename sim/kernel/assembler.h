// Instructions one after another, for the stubs.
#pragma once

#include "frontend/isa/rewrite.h"

namespace pw::kernel {

using Code = isa::Insns;

enum Register : std::uint8_t { R0, R1, R2, R3, R4, R5 };

inline bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

// Jumps skip instructions of the same sequence.
class Assembler {
public:
  explicit Assembler(int exchange_fd) : fd_(exchange_fd) {}

  Assembler& exchange(unsigned dst) { // address of struct Exchange
    code_.push_back(insn(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_VALUE, 0, fd_));
    code_.push_back(insn(0, 0, 0, 0, 0));
    return *this;
  }
  Assembler& map(unsigned dst, int fd) {
    code_.push_back(insn(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, fd));
    code_.push_back(insn(0, 0, 0, 0, 0));
    return *this;
  }
  Assembler& load64(unsigned dst, unsigned base, std::size_t off) {
    return add(insn(BPF_LDX | BPF_MEM | BPF_DW, dst, base, static_cast<int>(off), 0));
  }
  Assembler& load32(unsigned dst, unsigned base, std::size_t off) {
    return add(insn(BPF_LDX | BPF_MEM | BPF_W, dst, base, static_cast<int>(off), 0));
  }
  Assembler& store64(unsigned base, std::size_t off, unsigned src) {
    return add(insn(BPF_STX | BPF_MEM | BPF_DW, base, src, static_cast<int>(off), 0));
  }
  Assembler& store32(unsigned base, std::size_t off, unsigned src) {
    return add(insn(BPF_STX | BPF_MEM | BPF_W, base, src, static_cast<int>(off), 0));
  }
  Assembler& clear64(unsigned base, std::size_t off) {
    return add(insn(BPF_ST | BPF_MEM | BPF_DW, base, 0, static_cast<int>(off), 0));
  }
  Assembler& clear(unsigned base, int off, int bytes) { // 1, 2, 4 or 8
    const unsigned size = bytes == 8 ? BPF_DW : bytes == 4 ? BPF_W : bytes == 2 ? BPF_H : BPF_B;
    return add(insn(BPF_ST | BPF_MEM | size, base, 0, off, 0));
  }
  Assembler& op64(unsigned op, unsigned dst, std::int32_t imm) {
    return add(insn(BPF_ALU64 | op | BPF_K, dst, 0, 0, imm));
  }
  Assembler& op64_reg(unsigned op, unsigned dst, unsigned src) {
    return add(insn(BPF_ALU64 | op | BPF_X, dst, src, 0, 0));
  }
  Assembler& op32(unsigned op, unsigned dst, std::int32_t imm) {
    return add(insn(BPF_ALU | op | BPF_K, dst, 0, 0, imm));
  }
  Assembler& op32_reg(unsigned op, unsigned dst, unsigned src) {
    return add(insn(BPF_ALU | op | BPF_X, dst, src, 0, 0));
  }
  Assembler& call(std::uint32_t helper) {
    return add(insn(BPF_JMP | BPF_CALL, 0, 0, 0, static_cast<std::int32_t>(helper)));
  }
  // Over the next `count` instructions (an address of struct Exchange is two).
  Assembler& skip_if(unsigned op, unsigned dst, std::int32_t imm, int count) {
    return add(insn(BPF_JMP | op | BPF_K, dst, 0, count, imm));
  }
  Assembler& skip(int count) { return add(insn(BPF_JMP | BPF_JA, 0, 0, count, 0)); }
  Assembler& exit() { return add(insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)); }

  Code take() { return std::move(code_); }

private:
  Assembler& add(const bpf_insn& i) {
    code_.push_back(i);
    return *this;
  }

  int fd_;
  Code code_;
};

} // namespace pw::kernel
