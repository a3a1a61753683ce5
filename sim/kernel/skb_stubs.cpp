#include "sim/kernel/skb_stubs.h"

#include "sim/kernel/assembler.h"
#include "sim/kernel/program_text.h"

#include <cstddef>

namespace pw::kernel {

namespace {

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
  if (depth > 512 || !begins_once(code.first(end)))
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
