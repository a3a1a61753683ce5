// Instructions with labels in place of offsets.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <vector>

namespace pw::random {

using Label = unsigned;

class Emitter {
public:
  unsigned size() const { return unsigned(code_.size()); }

  void raw(std::uint8_t op, unsigned dst, unsigned src, std::int16_t off, std::int32_t imm);

  // op: BPF_ADD, ...; off 1 makes DIV and MOD signed, 8/16/32 makes MOV a sign extension.
  void alu_imm(bool wide, std::uint8_t op, unsigned dst, std::int32_t imm, std::int16_t off = 0);
  void alu_reg(bool wide, std::uint8_t op, unsigned dst, unsigned src, std::int16_t off = 0);
  void move(unsigned dst, unsigned src) { alu_reg(true, BPF_MOV, dst, src); }
  void set(unsigned dst, std::int32_t value) { alu_imm(true, BPF_MOV, dst, value); }
  void set64(unsigned dst, std::uint64_t value);

  void load(unsigned bytes, unsigned dst, unsigned base, int off, bool sign = false);
  void store(unsigned bytes, unsigned base, int off, unsigned src);
  void store_imm(unsigned bytes, unsigned base, int off, std::int32_t imm);
  void atomic(unsigned bytes, std::int32_t op, unsigned base, int off, unsigned src);

  void load_map(unsigned dst, unsigned map);
  void load_map_value(unsigned dst, unsigned map, std::uint32_t off);
  void call(std::int32_t helper);
  void call_local(Label);
  void load_function(unsigned dst, Label);
  void exit();

  Label label();
  void place(Label);
  void jump(Label);
  void jump_imm(bool wide, std::uint8_t op, unsigned dst, std::int32_t imm, Label);
  void jump_reg(bool wide, std::uint8_t op, unsigned dst, unsigned src, Label);

  std::vector<bpf_insn> finish(); // every label must have been placed
  unsigned position(Label at) const { return labels_[at]; }

private:
  struct Patch {
    unsigned insn;
    Label label;
    bool in_imm; // calls and function addresses
  };
  std::vector<bpf_insn> code_;
  std::vector<unsigned> labels_;
  std::vector<Patch> patches_;
};

} // namespace pw::random
