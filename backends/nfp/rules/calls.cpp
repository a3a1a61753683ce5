#include "backends/nfp/rules/rules.h"

#include "frontend/verify/helpers.h"

#include <algorithm>

namespace pw::nfp::rules {

using verify::helper_name;
using verify::Kind;
using verify::Scalar;
using verify::Value;

namespace {

bool is_map_helper(std::uint32_t id) {
  return id == BPF_FUNC_map_lookup_elem || id == BPF_FUNC_map_update_elem ||
         id == BPF_FUNC_map_delete_elem;
}

bool is_ring_buffer(std::uint32_t id) {
  return id == BPF_FUNC_ringbuf_output || id == BPF_FUNC_ringbuf_reserve ||
         id == BPF_FUNC_ringbuf_submit || id == BPF_FUNC_ringbuf_discard ||
         id == BPF_FUNC_ringbuf_query;
}

// As Linux compares them.
bool gpl_compatible(const std::string& license) {
  static const std::set<std::string> names = {
      "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  return names.contains(license);
}

} // namespace

void CallRules::visit(const Visit& v) {
  if (const auto* call = std::get_if<isa::CallHelper>(&v.instruction))
    helper(v, call->id);
}

void CallRules::helper(const Visit& v, std::uint32_t id) {
  const FirmwareProfile& f = s_.firmware;
  const auto need = [&](bool there, const char* code, const char* what) {
    if (!there)
      s_.report.add(diagnose(code, helper_name(id) + " is called")
                        .limited("firmware '" + f.name + "' without " + what, helper_name(id))
                        .help("use a firmware that has it"),
                    v.insn);
    return there;
  };
  if (is_map_helper(id))
    map_helper(v, id);
  else if (id == BPF_FUNC_perf_event_output)
    event(v);
  else if (id == BPF_FUNC_get_prandom_u32)
    need(f.random, "PW-NFP-154", "random numbers");
  else if (id == BPF_FUNC_xdp_adjust_head) {
    if (need(f.has_adjust_head && f.adjust_head.offset_max > 0, "PW-NFP-152", "adjust_head"))
      move_head(v);
  } else if (id == BPF_FUNC_xdp_adjust_tail) {
    if (need(f.adjust_tail, "PW-NFP-153", "adjust_tail"))
      move_tail(v);
  } else {
    refuse(v.insn, id);
  }
}

void CallRules::refuse(unsigned insn, std::uint32_t id) {
  if (id == BPF_FUNC_tail_call) {
    s_.report.add(diagnose("PW-NFP-162", "a tail call")
                      .breaks("there is one program on an interface of the card")
                      .limited("calls of functions", "bpf_tail_call")
                      .help("make the called programs functions (static __noinline)"),
                  insn);
    return;
  }
  if (is_ring_buffer(id)) {
    s_.report.add(diagnose("PW-NFP-163", "a ring buffer is used")
                      .breaks("the card sends its events through perf event arrays")
                      .limited("BPF_MAP_TYPE_PERF_EVENT_ARRAY", helper_name(id))
                      .help("use bpf_perf_event_output with BPF_F_CURRENT_CPU"),
                  insn);
    return;
  }
  const std::string name =
      helper_name(id).empty() ? "helper " + std::to_string(id) : helper_name(id);
  s_.report.add(diagnose("PW-NFP-150", name + " is not on the card")
                    .limited("bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem, "
                             "bpf_get_prandom_u32, bpf_perf_event_output, bpf_xdp_adjust_head, "
                             "bpf_xdp_adjust_tail",
                             name)
                    .help("leave this part of the program to the host"),
                insn);
}

bool CallRules::in_firmware(unsigned insn, std::uint32_t id) {
  if (s_.firmware.helpers.contains(id))
    return true;
  std::string have;
  for (const auto& [known, address] : s_.firmware.helpers)
    have += (have.empty() ? "" : ", ") + helper_name(known);
  s_.report.add(
      diagnose("PW-NFP-151", helper_name(id) + " is not in the firmware")
          .limited("firmware '" + s_.firmware.name + "': " + (have.empty() ? "no helpers" : have),
                   helper_name(id))
          .help("use a firmware that has it (--firmware)"),
      insn);
  return false;
}

void CallRules::map_helper(const Visit& v, std::uint32_t id) {
  in_firmware(v.insn, id);
  const Value& map = v.state.reg(1);
  if (map.kind == Kind::Map) {
    const auto [at, fresh] = map_of_.try_emplace(v.insn, map.index);
    if (!fresh && at->second != map.index)
      s_.report.add(diagnose("PW-NFP-158", "one call of " + helper_name(id) + " for several maps")
                        .limited("always '" + s_.map(at->second).name + "'",
                                 "also '" + s_.map(map.index).name + "'")
                        .help("call the helper in each branch, and keep the calls apart: asm "
                              "volatile(\"\") in one of them"),
                    v.insn);
  }
  memory_argument(v, 2, "the key");
  if (id == BPF_FUNC_map_update_elem)
    memory_argument(v, 3, "the value");
}

void CallRules::memory_argument(const Visit& v, unsigned reg, const std::string& what) {
  const Value& p = v.state.reg(reg);
  if (!p.is_pointer())
    return; // the frontend's complaint
  if (p.kind != Kind::Stack) {
    s_.report.add(diagnose("PW-NFP-155", what + " is not on the stack")
                      .limited("a stack pointer", kind_name(p.kind))
                      .help(rewritten("copy it into a local variable")),
                  v.insn);
  } else if (!p.constant_offset()) {
    s_.report.add(diagnose("PW-NFP-156", what + " is at a variable place of the stack")
                      .limited("a constant place", "from " + std::to_string(p.min_offset()) +
                                                       " to " + std::to_string(p.max_offset()))
                      .help("copy it into a local variable of its own"),
                  v.insn);
  } else if (p.offset % 4 != 0) {
    s_.report.add(diagnose("PW-NFP-157", what + " is at an unaligned place of the stack")
                      .limited("multiples of 4", "r10 - " + std::to_string(-p.offset))
                      .help(rewritten("declare it __attribute__((aligned(4)))")),
                  v.insn);
  }
}

void CallRules::event(const Visit& v) {
  in_firmware(v.insn, BPF_FUNC_perf_event_output);
  if (!gpl_compatible(s_.object.license))
    s_.report.add(diagnose("PW-NFP-186", "bpf_perf_event_output is for GPL programs only")
                      .limited("a GPL-compatible licence", "'" + s_.object.license + "'")
                      .help("char _license[] SEC(\"license\") = \"GPL\";"),
                  v.insn);
  const Value &flags = v.state.reg(3), &data = v.state.reg(4);
  if (flags.is_scalar()) {
    const Scalar index = verify::zero_extend(flags.scalar, 32);
    if (!index.is(BPF_F_CURRENT_CPU))
      s_.report.add(diagnose("PW-NFP-159", "an event for another CPU than the current one")
                        .limited("BPF_F_CURRENT_CPU", to_string(index))
                        .help("pass BPF_F_CURRENT_CPU"),
                    v.insn);
  }
  if (data.kind == Kind::Poison || data.kind == Kind::Uninit)
    return;
  const bool good = data.is_scalar() || data.kind == Kind::Stack || data.kind == Kind::MapValue ||
                    data.kind == Kind::Packet;
  if (!good)
    s_.report.add(diagnose("PW-NFP-160", "an event of data that the card can't send")
                      .limited("stack, map value, packet or NULL", kind_name(data.kind))
                      .help("copy the data to the stack"),
                  v.insn);
  if (data.kind == Kind::Stack)
    memory_argument(v, 4, "the event's data");
  if (v.state.reg(5).is_scalar())
    check_boundary(s_, v.insn, data, 0, std::int64_t(v.state.reg(5).scalar.low.umax));
  const auto [at, fresh] = event_data_of_.try_emplace(v.insn, data.kind);
  if (good && !fresh && at->second != data.kind)
    s_.report.add(diagnose("PW-NFP-161", "one call sends several kinds of data")
                      .limited(std::string("always ") + kind_name(at->second),
                               std::string("also ") + kind_name(data.kind))
                      .help("call bpf_perf_event_output in each branch"),
                  v.insn);
}

void CallRules::move_head(const Visit& v) {
  const Value& by = v.state.reg(2);
  if (!by.is_scalar())
    return;
  const auto& f = s_.firmware.adjust_head;
  const verify::Interval32 range = by.scalar.low;
  if (range.smin >= -std::int64_t{f.guaranteed_sub} && range.smax <= std::int64_t{f.guaranteed_add})
    return;
  s_.report.add(
      diagnose("PW-NFP-164", "the head may be moved further than the card guarantees")
          .breaks("the card returns -EINVAL if there is no room; Linux may have more")
          .limited("-" + std::to_string(f.guaranteed_sub) + " to " +
                       std::to_string(f.guaranteed_add),
                   "[" + std::to_string(range.smin) + ", " + std::to_string(range.smax) + "]")
          .help("check the result of the call")
          .warning(),
      v.insn);
}

void CallRules::move_tail(const Visit& v) {
  const Value& by = v.state.reg(2);
  if (!by.is_scalar() || by.scalar.low.smax <= 0)
    return;
  s_.report.add(diagnose("PW-NFP-165", "the tail may grow")
                    .breaks("the card only cuts packets, and returns -EINVAL else")
                    .limited("less than 0", "up to " + std::to_string(by.scalar.low.smax))
                    .help("check the result of the call")
                    .warning(),
                v.insn);
}

} // namespace pw::nfp::rules
