#include "frontend/verify/helpers.h"

#include <algorithm>
#include <iterator>

namespace pw::verify {
namespace {

using enum Argument;

constexpr HelperSignature table[] = {
    {BPF_FUNC_map_lookup_elem, {Map, Key}, Result::MapValueOrNull},
    {BPF_FUNC_map_update_elem, {Map, Key, MapValue, Any}},
    {BPF_FUNC_map_delete_elem, {Map, Key}},
    {BPF_FUNC_ktime_get_ns, {}},
    {BPF_FUNC_trace_printk, {Memory, Size, Any, Any, Any}},
    {BPF_FUNC_get_prandom_u32, {}},
    {BPF_FUNC_get_smp_processor_id, {}},
    {BPF_FUNC_tail_call, {Context, Map, Any}}, // the explorer's
    {BPF_FUNC_redirect, {Any, Any}, Result::Verdict},
    {BPF_FUNC_perf_event_output, {Context, Map, Any, Memory, SizeOrZero}},
    {BPF_FUNC_csum_diff, {MemoryOrNull, SizeOrZero, MemoryOrNull, SizeOrZero, Any}},
    {BPF_FUNC_xdp_adjust_head, {Context, Any}, Result::Number, true},
    {BPF_FUNC_redirect_map, {Map, Any, Any}, Result::Verdict},
    {BPF_FUNC_xdp_adjust_meta, {Context, Any}, Result::Number, true},
    {BPF_FUNC_xdp_adjust_tail, {Context, Any}, Result::Number, true},
    {BPF_FUNC_map_push_elem, {Map, MapValue, Any}},
    {BPF_FUNC_map_pop_elem, {Map, MapValueOut}},
    {BPF_FUNC_map_peek_elem, {Map, MapValueOut}},
    {BPF_FUNC_fib_lookup, {Context, FibLookup, Size, Any}},
    {BPF_FUNC_spin_lock, {Lock}, Result::Nothing},
    {BPF_FUNC_spin_unlock, {Lock}, Result::Nothing},
    {BPF_FUNC_jiffies64, {}},
    {BPF_FUNC_ktime_get_boot_ns, {}},
    {BPF_FUNC_ktime_get_coarse_ns, {}},
    {BPF_FUNC_check_mtu, {Context, Any, MtuLength, Any, Any}},
    {BPF_FUNC_ringbuf_output, {Map, Memory, SizeOrZero, Any}},
    {BPF_FUNC_ringbuf_reserve, {Map, Any, Any}, Result::RecordOrNull},
    {BPF_FUNC_ringbuf_submit, {Argument::Record, Any}, Result::Nothing},
    {BPF_FUNC_ringbuf_discard, {Argument::Record, Any}, Result::Nothing},
    {BPF_FUNC_ringbuf_query, {Map, Any}},
    {BPF_FUNC_probe_read_kernel, {MemoryOut, SizeOrZero, Source}},
    {BPF_FUNC_strncmp, {Memory, Size, ConstantString}},
    {BPF_FUNC_get_numa_node_id, {}},
    {BPF_FUNC_for_each_map_elem, {Map, Callback, StackPointerOrNull, Any}},
    {BPF_FUNC_loop, {Any, Callback, StackPointerOrNull, Any}},
    {BPF_FUNC_xdp_get_buff_len, {Context}, Result::Length},
    {BPF_FUNC_xdp_load_bytes, {Context, Any, MemoryOut, Size}},
    {BPF_FUNC_xdp_store_bytes, {Context, Any, Memory, Size}},
    {BPF_FUNC_ktime_get_tai_ns, {}},
    {BPF_FUNC_skb_store_bytes, {Context, Any, Memory, Size, Any}, Result::Number, true},
    {BPF_FUNC_l3_csum_replace, {Context, Any, Any, Any, Any}, Result::Number, true},
    {BPF_FUNC_l4_csum_replace, {Context, Any, Any, Any, Any}, Result::Number, true},
    {BPF_FUNC_skb_vlan_push, {Context, Any, Any}, Result::Number, true},
    {BPF_FUNC_skb_vlan_pop, {Context}, Result::Number, true},
    {BPF_FUNC_skb_load_bytes, {Context, Any, MemoryOut, Size}},
    {BPF_FUNC_skb_change_proto, {Context, Any, Any}, Result::Number, true},
    {BPF_FUNC_skb_change_type, {Context, Any}},
    {BPF_FUNC_skb_change_tail, {Context, Any, Any}, Result::Number, true},
    {BPF_FUNC_skb_pull_data, {Context, Any}, Result::Number, true},
    {BPF_FUNC_csum_update, {Context, Any}},
    {BPF_FUNC_set_hash_invalid, {Context}},
    {BPF_FUNC_skb_change_head, {Context, Any, Any}, Result::Number, true},
    {BPF_FUNC_set_hash, {Context, Any}},
    {BPF_FUNC_skb_adjust_room, {Context, Any, Any, Any}, Result::Number, true},
    {BPF_FUNC_skb_load_bytes_relative, {Context, Any, MemoryOut, Size, Any}},
    {BPF_FUNC_csum_level, {Context, Any}},
    {BPF_FUNC_skb_set_tstamp, {Context, Any, Any}},
};

constexpr const char* names[] = {
#define PW_NAME(name, ...) #name
    __BPF_FUNC_MAPPER(PW_NAME)
#undef PW_NAME
};

// What bpf_base_func_proto and xdp_func_proto of Linux 6.18 hand out.
constexpr std::uint32_t xdp_helpers[] = {
    1,   2,   3,   5,   6,   7,   8,   12,  23,  25,  28,  42,  44,  51,  54,  65,  69,  84,
    85,  86,  87,  88,  89,  93,  94,  99,  100, 110, 112, 113, 114, 115, 118, 125, 130, 131,
    132, 133, 134, 152, 153, 154, 160, 163, 164, 165, 169, 170, 171, 172, 177, 181, 182, 188,
    189, 190, 194, 195, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209};

// Likewise tc_cls_act_func_proto.
constexpr std::uint32_t tc_helpers[] = {
    1,   2,   3,   5,   6,   7,   8,   9,   10,  11,  12,  13,  17,  18,  19,  20,  21,  23,
    24,  25,  26,  28,  29,  30,  31,  32,  33,  34,  38,  39,  40,  41,  42,  43,  46,  47,
    48,  50,  66,  68,  69,  79,  83,  84,  85,  86,  87,  88,  89,  93,  94,  95,  96,  97,
    98,  99,  100, 107, 108, 110, 111, 112, 113, 114, 115, 118, 124, 125, 130, 131, 132, 133,
    134, 135, 152, 153, 154, 155, 160, 163, 164, 165, 169, 170, 171, 172, 177, 181, 182, 184,
    192, 194, 195, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209};

} // namespace

const HelperSignature* signature(std::uint32_t id) {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const HelperSignature& s) { return s.id == id; });
  return found == std::end(table) ? nullptr : found;
}

unsigned argument_count(std::uint32_t id) {
  const HelperSignature* s = signature(id);
  if (!s)
    return 5;
  return unsigned(std::count_if(s->arguments.begin(), s->arguments.end(),
                                [](Argument a) { return a != None; }));
}

std::string helper_name(std::uint32_t id) {
  if (id == 0 || id >= std::size(names))
    return "";
  return "bpf_" + std::string(names[id]);
}

bool allowed_for_xdp(std::uint32_t id) {
  return std::find(std::begin(xdp_helpers), std::end(xdp_helpers), id) != std::end(xdp_helpers);
}

bool allowed_for_tc(std::uint32_t id) {
  return std::find(std::begin(tc_helpers), std::end(tc_helpers), id) != std::end(tc_helpers);
}

} // namespace pw::verify
