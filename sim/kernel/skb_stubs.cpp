#include "sim/kernel/skb_stubs.h"

#include "sim/kernel/assembler.h"

#include <algorithm>
#include <cstddef>

namespace pw::kernel {

namespace {

constexpr unsigned frame_pointer = 10;

bool is_wide(const bpf_insn& i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }

// Where the text of the program ends and that of the functions it calls begins.
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

// Bytes of the stack below which no instruction can name one.
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
    if (i.code == (BPF_ALU64 | BPF_SUB | BPF_K))
      note(-i.imm);
  }
  return (-lowest + 7) / 8 * 8;
}

bool jumps_to_start(std::span<const bpf_insn> code) {
  for (std::size_t at = 0; at < code.size(); ++at) {
    const unsigned kind = BPF_CLASS(code[at].code);
    const bool jumps = kind == BPF_JMP || kind == BPF_JMP32;
    const std::int64_t target = static_cast<std::int64_t>(at) + 1 + code[at].off;
    if (jumps && BPF_OP(code[at].code) != BPF_CALL && BPF_OP(code[at].code) != BPF_EXIT &&
        target == 0)
      return true;
  }
  return false;
}

// By SkbField, from first_observed_field on.
constexpr std::size_t context_offsets[] = {
    offsetof(__sk_buff, tc_index),   offsetof(__sk_buff, queue_mapping),
    offsetof(__sk_buff, tc_classid), offsetof(__sk_buff, hash),
    offsetof(__sk_buff, pkt_type),   offsetof(__sk_buff, protocol),
    offsetof(__sk_buff, vlan_tci),   offsetof(__sk_buff, vlan_proto)};
static_assert(std::size(context_offsets) == skb_field_count - first_observed_field);

Code epilogue(int fd, std::size_t kept_at) {
  Assembler a(fd);
  a.load64(R1, frame_pointer, kept_at).exchange(R2);
  for (std::size_t i = 0; i < std::size(context_offsets); ++i)
    a.load32(R3, R1, context_offsets[i]).store32(R2, offsetof(Exchange, skb) + 4 * i, R3);
  a.op64(BPF_MOV, R3, 1).store32(R2, offsetof(Exchange, skb_seen), R3);
  return a.exit().take();
}

} // namespace

Replace observe_skb(std::span<const bpf_insn> code, int fd, Replace stubs) {
  const std::size_t end = end_of_program(code);
  const int depth = stack_depth(code.first(end)) + 8;
  const unsigned kind = BPF_CLASS(code[0].code);
  if (depth > 512 || kind == BPF_JMP || kind == BPF_JMP32 || jumps_to_start(code.first(end)))
    return stubs;
  const auto kept_at = static_cast<std::size_t>(-std::int64_t{depth});
  const Code first(code.begin(), code.begin() + (is_wide(code[0]) ? 2 : 1));
  return [=](const bpf_insn& i, std::size_t at) -> std::optional<Code> {
    auto instead = stubs(i, at);
    if (at == 0) {
      Code all = Assembler(fd).store64(frame_pointer, kept_at, R1).take();
      const Code& rest = instead ? *instead : first;
      all.insert(all.end(), rest.begin(), rest.end());
      return all;
    }
    if (at < end && i.code == (BPF_JMP | BPF_EXIT))
      return epilogue(fd, kept_at);
    return instead;
  };
}

} // namespace pw::kernel
