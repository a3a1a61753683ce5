#include "frontend/verify/reasons.h"

#include <linux/bpf.h>

#include <algorithm>
#include <iterator>

namespace pw::verify {
namespace {

constexpr Reason sockets = {"sockets are in the memory of the host's kernel",
                            "return XDP_PASS for packets that need one, or let the host put the "
                            "connections that it knows into a hash map"};
constexpr Reason cookies = {"the secret and the clock of SYN cookies are the host kernel's",
                            "return XDP_PASS for such packets, and do the rest of the program in "
                            "hardware"};
constexpr Reason timers = {"a timer runs code while there is no packet",
                           "let the host do it, or compare the time with a time stamp in a map"};
constexpr Reason texts = {"hardware makes no texts",
                          "print numbers with bpf_printk, or store them in a map or an event"};
constexpr Reason windows = {"a dynptr is memory whose size is known only at run time",
                            "access the packet directly, or with bpf_xdp_load_bytes and "
                            "bpf_xdp_store_bytes; reserve ring buffer records of a constant size"};
constexpr Reason kernel_memory = {"it is about memory of the host's kernel, which a card can't see",
                                  "let the host put what is needed into a map"};
constexpr Reason tasks = {"it is about processes of the host, which a card can't see",
                          "leave it out: no process runs when a packet comes in"};
constexpr Reason tracking = {"connection tracking is in the host's kernel",
                             "return XDP_PASS for such packets, or keep connections in a hash map "
                             "of the program"};
constexpr Reason metadata = {"it asks the driver of a network card for what came with the packet",
                             "leave it out, or pass such packets to the host"};

constexpr Reason copies = {"it sends a second packet: one packet in is at most one packet out",
                           "let the host or a switch make copies"};
constexpr Reason neighbours = {"the host's namespaces and neighbours are not on the card",
                               "write the addresses of the link into the packet, from a map, and "
                               "use bpf_redirect"};
constexpr Reason other_cpus = {"the values of other CPUs are in the host's kernel",
                               "use bpf_map_lookup_elem: packets run on one CPU"};
constexpr Reason routes = {"the host's routes are not on the card", "put them into a map"};
constexpr Reason hashes = {"Linux hashes flows with a secret of the running machine",
                           "hash the fields that matter in the program"};
constexpr Reason tunnels = {"tunnel devices and IPsec of the host keep it beside the packet",
                            "write the outer headers with bpf_skb_adjust_room and "
                            "bpf_skb_store_bytes"};

struct Helper {
  std::uint32_t id;
  Reason reason;
};

constexpr Helper helpers[] = {
    {BPF_FUNC_sk_lookup_tcp, sockets},
    {BPF_FUNC_sk_lookup_udp, sockets},
    {BPF_FUNC_skc_lookup_tcp, sockets},
    {BPF_FUNC_sk_release, sockets},
    {BPF_FUNC_tcp_check_syncookie, cookies},
    {BPF_FUNC_tcp_gen_syncookie, cookies},
    {BPF_FUNC_tcp_raw_gen_syncookie_ipv4, cookies},
    {BPF_FUNC_tcp_raw_gen_syncookie_ipv6, cookies},
    {BPF_FUNC_tcp_raw_check_syncookie_ipv4, cookies},
    {BPF_FUNC_tcp_raw_check_syncookie_ipv6, cookies},
    {BPF_FUNC_timer_init, timers},
    {BPF_FUNC_timer_set_callback, timers},
    {BPF_FUNC_timer_start, timers},
    {BPF_FUNC_timer_cancel, timers},
    {BPF_FUNC_snprintf, texts},
    {BPF_FUNC_snprintf_btf, texts},
    {BPF_FUNC_trace_vprintk, texts},
    {BPF_FUNC_strtol, texts},
    {BPF_FUNC_strtoul, texts},
    {BPF_FUNC_dynptr_from_mem, windows},
    {BPF_FUNC_dynptr_read, windows},
    {BPF_FUNC_dynptr_write, windows},
    {BPF_FUNC_dynptr_data, windows},
    {BPF_FUNC_ringbuf_reserve_dynptr, windows},
    {BPF_FUNC_ringbuf_submit_dynptr, windows},
    {BPF_FUNC_ringbuf_discard_dynptr, windows},
    {BPF_FUNC_user_ringbuf_drain, windows},
    {BPF_FUNC_per_cpu_ptr, kernel_memory},
    {BPF_FUNC_this_cpu_ptr, kernel_memory},
    {BPF_FUNC_probe_read_user, kernel_memory},
    {BPF_FUNC_probe_read_user_str, kernel_memory},
    {BPF_FUNC_probe_read_kernel_str, kernel_memory},
    {BPF_FUNC_map_lookup_percpu_elem, other_cpus},
    {BPF_FUNC_kptr_xchg, kernel_memory},
    {BPF_FUNC_get_current_task, tasks},
    {BPF_FUNC_get_current_task_btf, tasks},
    {BPF_FUNC_task_pt_regs, tasks},
    {BPF_FUNC_get_current_cgroup_id, tasks},
    {BPF_FUNC_get_current_ancestor_cgroup_id, tasks},
    {BPF_FUNC_get_current_pid_tgid, tasks},
    {BPF_FUNC_get_ns_current_pid_tgid, tasks},
    {BPF_FUNC_current_task_under_cgroup, tasks},
    {BPF_FUNC_sk_assign, sockets},
    {BPF_FUNC_sk_fullsock, sockets},
    {BPF_FUNC_tcp_sock, sockets},
    {BPF_FUNC_get_listener_sock, sockets},
    {BPF_FUNC_get_socket_cookie, sockets},
    {BPF_FUNC_get_socket_uid, sockets},
    {BPF_FUNC_sk_storage_get, sockets},
    {BPF_FUNC_get_cgroup_classid, tasks},
    {BPF_FUNC_skb_cgroup_classid, tasks},
    {BPF_FUNC_skb_cgroup_id, tasks},
    {BPF_FUNC_skb_ancestor_cgroup_id, tasks},
    {BPF_FUNC_skb_under_cgroup, tasks},
    {BPF_FUNC_clone_redirect, copies},
    {BPF_FUNC_redirect_peer, neighbours},
    {BPF_FUNC_redirect_neigh, neighbours},
    {BPF_FUNC_get_route_realm, routes},
    {BPF_FUNC_get_hash_recalc, hashes},
    {BPF_FUNC_skb_get_tunnel_key, tunnels},
    {BPF_FUNC_skb_set_tunnel_key, tunnels},
    {BPF_FUNC_skb_get_tunnel_opt, tunnels},
    {BPF_FUNC_skb_set_tunnel_opt, tunnels},
    {BPF_FUNC_skb_get_xfrm_state, tunnels},
};

} // namespace

Reason reason_against(std::uint32_t id) {
  const auto* found = std::find_if(std::begin(helpers), std::end(helpers),
                                   [&](const Helper& h) { return h.id == id; });
  return found == std::end(helpers) ? Reason{} : found->reason;
}

Reason reason_against(const std::string& function) {
  if (function.find("_ct_") != std::string::npos ||
      function.find("flow_lookup") != std::string::npos)
    return tracking;
  if (function.find("dynptr") != std::string::npos)
    return windows;
  if (function.find("xfrm") != std::string::npos)
    return tunnels;
  if (function.starts_with("bpf_xdp_metadata_"))
    return metadata;
  return {};
}

} // namespace pw::verify
