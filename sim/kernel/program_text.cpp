#include "sim/kernel/program_text.h"

#include <algorithm>
#include <cstdint>

namespace pw::kernel {

namespace {

bool is_branch(const bpf_insn& i) {
  const unsigned kind = BPF_CLASS(i.code), op = BPF_OP(i.code);
  return (kind == BPF_JMP || kind == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

} // namespace

bool is_wide(const bpf_insn& i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }

std::size_t end_of_program(std::span<const bpf_insn> code) {
  std::size_t end = code.size();
  for (std::size_t at = 0; at < code.size(); ++at) {
    const bpf_insn& i = code[at];
    const bool calls = i.code == (BPF_JMP | BPF_CALL) && i.src_reg == BPF_PSEUDO_CALL;
    if (calls || (is_wide(i) && i.src_reg == BPF_PSEUDO_FUNC))
      end = std::min(end, at + 1 + static_cast<std::size_t>(i.imm));
  }
  return end;
}

int stack_depth(std::span<const bpf_insn> code) {
  int lowest = 0;
  const auto note = [&](int offset) {
    if (offset >= -512)
      lowest = std::min(lowest, offset);
  };
  for (const bpf_insn& i : code) {
    const unsigned kind = BPF_CLASS(i.code);
    if ((kind == BPF_ST || kind == BPF_STX) && i.dst_reg == frame_pointer)
      note(i.off);
    if (kind == BPF_LDX && i.src_reg == frame_pointer)
      note(i.off);
    if (i.code == (BPF_ALU64 | BPF_ADD | BPF_K)) // perhaps of a copy of r10
      note(i.imm);
    if (i.code == (BPF_ALU64 | BPF_SUB | BPF_K) && i.imm > 0)
      note(-i.imm);
  }
  return (-lowest + 7) / 8 * 8;
}

bool jumps_to(std::span<const bpf_insn> code, std::size_t place) {
  for (std::size_t at = 0; at < code.size(); ++at) {
    const bool far = code[at].code == (BPF_JMP32 | BPF_JA);
    const std::int64_t distance = far ? code[at].imm : code[at].off;
    if (is_branch(code[at]) &&
        static_cast<std::int64_t>(at) + 1 + distance == static_cast<std::int64_t>(place))
      return true;
  }
  return false;
}

bool begins_once(std::span<const bpf_insn> code) {
  const unsigned kind = BPF_CLASS(code[0].code);
  return kind != BPF_JMP && kind != BPF_JMP32 && !jumps_to(code, 0);
}

} // namespace pw::kernel
