/* Programs for the card. A line that it refuses names the codes; programs called ok_... are taken. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct value {
  __u64 packets;
  __u32 limit, seen;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, struct value);
  __uint(max_entries, 1024);
} sources SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 4);
} of_cpu SEC(".maps");

const volatile __u32 threshold = 10;

static __always_inline struct iphdr *ip_of(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = data + sizeof(*eth);
  if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
    return 0;
  return ip;
}

SEC("xdp") int ok_pass(struct xdp_md *ctx) { return XDP_PASS; }

SEC("xdp") int ok_count(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  __u32 key = ip->saddr;
  struct value *v = bpf_map_lookup_elem(&sources, &key);
  if (v) {
    __sync_fetch_and_add(&v->packets, 1);
    return v->limit ? XDP_DROP : XDP_PASS;
  }
  struct value fresh = {.limit = 7};
  bpf_map_update_elem(&sources, &key, &fresh, BPF_ANY);
  return XDP_PASS;
}

SEC("xdp") int ok_choose_queue(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  ctx->rx_queue_index = ip->saddr & 7;
  return XDP_PASS;
}

SEC("xdp") int modulo(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  return ip->saddr % 3 ? XDP_PASS : XDP_DROP; /* PW-NFP-101 */
}

SEC("xdp") int divide(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  __u32 by = ip->ttl | 1;
  return ip->saddr / by > 4 ? XDP_PASS : XDP_DROP; /* PW-NFP-110 */
}

SEC("xdp") int multiply(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  __u64 both = (__u64)ip->saddr << 32 | ip->daddr;
  return both * 0x9e3779b1 >> 40 & 1 ? XDP_PASS : XDP_DROP; /* PW-NFP-107 */
}

SEC("xdp") int helper(struct xdp_md *ctx) {
  return bpf_ktime_get_ns() & 1 ? XDP_PASS : XDP_DROP; /* PW-NFP-150 */
}

SEC("xdp") int field(struct xdp_md *ctx) {
  return ctx->ingress_ifindex == 3 ? XDP_PASS : XDP_DROP; /* PW-NFP-131 */
}

SEC("xdp") int constants(struct xdp_md *ctx) {
  return ctx->data_end - ctx->data > threshold ? XDP_PASS : XDP_DROP; /* PW-NFP-177 */
}

SEC("xdp") int per_cpu(struct xdp_md *ctx) {
  __u32 key = 0;
  __u64 *count = bpf_map_lookup_elem(&of_cpu, &key); /* PW-NFP-170 */
  if (count)
    *count += 1; /* PW-NFP-126 */
  return XDP_PASS;
}

SEC("xdp") int counters(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  __u32 key = ip->saddr;
  struct value *v = bpf_map_lookup_elem(&sources, &key);
  if (v) {
    __sync_fetch_and_add(&v->packets, 1);
    return v->packets > 10 ? XDP_DROP : XDP_PASS; /* PW-NFP-128 */
  }
  struct value fresh = {.packets = 1};
  bpf_map_update_elem(&sources, &key, &fresh, BPF_ANY); /* PW-NFP-129 */
  return XDP_PASS;
}

SEC("xdp") int key_in_the_packet(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  return bpf_map_lookup_elem(&sources, &ip->saddr) ? XDP_DROP : XDP_PASS; /* PW-NFP-155 */
}

SEC("xdp") int unaligned_key(struct xdp_md *ctx) {
  struct iphdr *ip = ip_of(ctx);
  if (!ip)
    return XDP_PASS;
  volatile char bytes[8] = {};
  bytes[2] = ip->ttl;
  return bpf_map_lookup_elem(&sources, (void *)&bytes[2]) ? XDP_DROP : XDP_PASS; /* PW-NFP-157 */
}

SEC("xdp") int fetch(struct xdp_md *ctx) {
  __u32 key = 0;
  struct value *v = bpf_map_lookup_elem(&sources, &key);
  if (v)
    __sync_fetch_and_add(&v->seen, 1);
  return XDP_PASS;
}
