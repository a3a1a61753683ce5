#include "backends/nfp/offload/sequence.h"

namespace pw::nfp::offload {
namespace {

unsigned size_code(unsigned bytes) {
  return bytes == 1 ? BPF_B : bytes == 2 ? BPF_H : bytes == 4 ? BPF_W : BPF_DW;
}

unsigned alu_class(bool wide) { return wide ? BPF_ALU64 : BPF_ALU; }
unsigned jump_class(bool wide) { return wide ? BPF_JMP : BPF_JMP32; }

} // namespace

bpf_insn make_insn(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

void Sequence::alu(bool wide, unsigned op, Register dst, Register src) {
  raw(make_insn(alu_class(wide) | op | BPF_X, dst, src, 0, 0));
}

void Sequence::alu_imm(bool wide, unsigned op, Register dst, std::int32_t imm) {
  raw(make_insn(alu_class(wide) | op | BPF_K, dst, 0, 0, imm));
}

void Sequence::set(Register dst, std::uint64_t value) {
  const auto low = static_cast<std::int32_t>(value);
  if (value == static_cast<std::uint64_t>(std::int64_t{low}))
    return alu_imm(true, BPF_MOV, dst, low);
  if (value <= UINT32_MAX)
    return alu_imm(false, BPF_MOV, dst, low);
  raw(make_insn(BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, low));
  raw(make_insn(0, 0, 0, 0, static_cast<std::int32_t>(value >> 32)));
}

void Sequence::load(unsigned bytes, Register dst, Register base, int off) {
  raw(make_insn(BPF_LDX | BPF_MEM | size_code(bytes), dst, base, off, 0));
}

void Sequence::store(unsigned bytes, Register base, int off, Register src) {
  raw(make_insn(BPF_STX | BPF_MEM | size_code(bytes), base, src, off, 0));
}

void Sequence::atomic_add(unsigned bytes, Register base, int off, Register src) {
  raw(make_insn(BPF_STX | BPF_ATOMIC | size_code(bytes), base, src, off, BPF_ADD));
}

void Sequence::map(Register dst, unsigned index) {
  raw(make_insn(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_IDX, 0,
                static_cast<std::int32_t>(index)));
  raw(make_insn(0, 0, 0, 0, 0));
}

void Sequence::call(std::uint32_t helper) {
  raw(make_insn(BPF_JMP | BPF_CALL, 0, 0, 0, static_cast<std::int32_t>(helper)));
}

void Sequence::exit() { raw(make_insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)); }

void Sequence::append(const Insns& more) { code_.insert(code_.end(), more.begin(), more.end()); }

Sequence::Label Sequence::label() {
  labels_.push_back(0);
  return static_cast<Label>(labels_.size() - 1);
}

void Sequence::place(Label label) { labels_.at(label) = code_.size(); }

void Sequence::jump(Label to) {
  patches_.emplace_back(code_.size(), to);
  raw(make_insn(BPF_JMP | BPF_JA, 0, 0, 0, 0));
}

void Sequence::jump_imm(bool wide, unsigned op, Register dst, std::int32_t imm, Label to) {
  patches_.emplace_back(code_.size(), to);
  raw(make_insn(jump_class(wide) | op | BPF_K, dst, 0, 0, imm));
}

void Sequence::jump_reg(bool wide, unsigned op, Register dst, Register src, Label to) {
  patches_.emplace_back(code_.size(), to);
  raw(make_insn(jump_class(wide) | op | BPF_X, dst, src, 0, 0));
}

Insns Sequence::take() {
  for (const auto& [at, label] : patches_)
    code_[at].off = static_cast<std::int16_t>(static_cast<std::ptrdiff_t>(labels_.at(label)) -
                                              static_cast<std::ptrdiff_t>(at) - 1);
  patches_.clear();
  labels_.clear();
  return std::move(code_);
}

} // namespace pw::nfp::offload
