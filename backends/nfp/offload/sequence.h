// Instructions one after another that take the place of one, with labels in place of distances.
#pragma once

#include "frontend/isa/isa.h"
#include "frontend/isa/rewrite.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace pw::nfp::offload {

using isa::Insns;
using isa::Register;

bpf_insn make_insn(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm);

// Operations are given as in linux/bpf.h (BPF_ADD, BPF_JEQ, ...); wide = of 64 bits. A jump goes
// forward or back within the sequence, or to its end.
class Sequence {
public:
  using Label = unsigned;

  void raw(const bpf_insn& insn) { code_.push_back(insn); }
  void alu(bool wide, unsigned op, Register dst, Register src);
  void alu_imm(bool wide, unsigned op, Register dst, std::int32_t imm);
  void move(bool wide, Register dst, Register src) { alu(wide, BPF_MOV, dst, src); }
  void set(Register dst, std::uint64_t value); // in as few instructions as can be
  void load(unsigned bytes, Register dst, Register base, int off);
  void store(unsigned bytes, Register base, int off, Register src);
  void atomic_add(unsigned bytes, Register base, int off, Register src);
  void map(Register dst, unsigned index); // of Object::maps
  void call(std::uint32_t helper);
  void exit();
  void append(const Insns&); // its jumps stay within it

  Label label();
  void place(Label);
  void jump(Label);
  void jump_imm(bool wide, unsigned op, Register dst, std::int32_t imm, Label);
  void jump_reg(bool wide, unsigned op, Register dst, Register src, Label);

  Insns take(); // every label must have been placed

private:
  Insns code_;
  std::vector<std::size_t> labels_;
  std::vector<std::pair<std::size_t, Label>> patches_;
};

} // namespace pw::nfp::offload
