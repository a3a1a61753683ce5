#include "frontend/object/program_type.h"

#include "frontend/isa/isa.h"

#include <array>

namespace pw::object {
namespace {

bool has_prefix(const std::string& section, const std::string& prefix) {
  return section.starts_with(prefix) &&
         (section.size() == prefix.size() || section[prefix.size()] == '/' ||
          section[prefix.size()] == '.');
}

constexpr std::size_t XdpContextSize = 24; // struct xdp_md; struct __sk_buff is larger

// How the first function reads its context: a linear look at copies of r1, enough to tell two
// context structures apart.
struct ContextUse {
  bool packet_of_xdp = false; // data at 0 or data_end at 4
  bool beyond_xdp = false;    // a field that struct xdp_md doesn't have

  void load(const isa::Load& l) {
    if (l.offset >= static_cast<int>(XdpContextSize))
      beyond_xdp = true;
    else if (l.bytes == 4 && (l.offset == 0 || l.offset == 4))
      packet_of_xdp = true;
  }
};

ContextUse context_use(const isa::Code& code, std::size_t end) {
  ContextUse use;
  std::array<bool, 11> is_context{};
  is_context[1] = true;
  for (std::size_t i = 0; i < end; ++i) {
    if (!code[i])
      continue;
    if (const auto* l = std::get_if<isa::Load>(&*code[i])) {
      if (is_context[l->base])
        use.load(*l);
      is_context[l->dst] = false;
    } else if (const auto* a = std::get_if<isa::Alu>(&*code[i])) {
      is_context[a->dst] =
          a->op == isa::AluOp::Mov && a->is64 && a->src.reg && is_context[*a->src.reg];
    } else if (std::holds_alternative<isa::CallHelper>(*code[i]) ||
               std::holds_alternative<isa::CallLocal>(*code[i])) {
      std::fill_n(is_context.begin(), 6, false);
    }
  }
  return use;
}

ProgramType type_from_helper(std::uint32_t id) {
  switch (id) {
  case BPF_FUNC_xdp_adjust_head:
  case BPF_FUNC_xdp_adjust_meta:
  case BPF_FUNC_xdp_adjust_tail:
  case BPF_FUNC_xdp_load_bytes:
  case BPF_FUNC_xdp_store_bytes:
  case BPF_FUNC_xdp_get_buff_len:
  case BPF_FUNC_xdp_output:
  case BPF_FUNC_redirect_map:
    return ProgramType::Xdp;
  case BPF_FUNC_skb_load_bytes:
  case BPF_FUNC_skb_store_bytes:
  case BPF_FUNC_skb_adjust_room:
  case BPF_FUNC_skb_pull_data:
  case BPF_FUNC_skb_vlan_push:
  case BPF_FUNC_skb_vlan_pop:
  case BPF_FUNC_skb_change_tail:
  case BPF_FUNC_skb_change_proto:
  case BPF_FUNC_l3_csum_replace:
  case BPF_FUNC_l4_csum_replace:
  case BPF_FUNC_clone_redirect:
    return ProgramType::Tc;
  default:
    return ProgramType::Unknown;
  }
}

ProgramType type_from_helpers(const isa::Code& code) {
  for (const auto& i : code)
    if (const auto* call = i ? std::get_if<isa::CallHelper>(&*i) : nullptr)
      if (const ProgramType t = type_from_helper(call->id); t != ProgramType::Unknown)
        return t;
  return ProgramType::Unknown;
}

// Last resort for programs that don't look at their context, such as SEC("xdp_pass") or a function
// xdp_drop in SEC("prog"): what their author called them.
ProgramType type_from_names(const Program& program) {
  for (const std::string& name : {program.section, program.name}) {
    if (name.starts_with("xdp"))
      return ProgramType::Xdp;
    if (name.starts_with("tc_") || name.starts_with("cls_"))
      return ProgramType::Tc;
  }
  return ProgramType::Unknown;
}

} // namespace

ProgramType type_from_section(const std::string& section, bpf_prog_type libbpf_type) {
  switch (libbpf_type) {
  case BPF_PROG_TYPE_XDP:
    return ProgramType::Xdp;
  case BPF_PROG_TYPE_SCHED_CLS:
  case BPF_PROG_TYPE_SCHED_ACT:
    return ProgramType::Tc;
  case BPF_PROG_TYPE_UNSPEC:
    break;
  default:
    return ProgramType::Other;
  }
  if (has_prefix(section, "xdp"))
    return ProgramType::Xdp;
  for (const char* prefix : {"tc", "tcx", "netkit", "classifier", "action"})
    if (has_prefix(section, prefix))
      return ProgramType::Tc;
  return ProgramType::Unknown;
}

ProgramType type_from_context(const Program& program) {
  isa::Code code;
  try {
    code = isa::decode(program.insns);
  } catch (const Failure&) {
    return ProgramType::Unknown;
  }
  const std::size_t end =
      program.subprograms.size() > 1 ? program.subprograms[1].insn : code.size();
  const ContextUse use = context_use(code, end);
  if (use.beyond_xdp)
    return ProgramType::Tc;
  if (const ProgramType t = type_from_helpers(code); t != ProgramType::Unknown)
    return t;
  return use.packet_of_xdp ? ProgramType::Xdp : type_from_names(program);
}

} // namespace pw::object
