// Follows up to ten IPv6 extension headers, and counts by the protocol behind them.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 256);
  __type(key, __u32);
  __type(value, __u64);
} ports SEC(".maps");

SEC("xdp") int extension_chain(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IPV6))
    return XDP_PASS;
  struct ipv6hdr *ip = (void *)(eth + 1);
  if ((void *)(ip + 1) > end)
    return XDP_DROP;
  __u8 next = ip->nexthdr, *at = (void *)(ip + 1);
  for (int i = 0; i < 10; i++) {
    if (next != IPPROTO_HOPOPTS && next != IPPROTO_DSTOPTS && next != IPPROTO_ROUTING &&
        next != IPPROTO_FRAGMENT && next != IPPROTO_AH)
      break;
    if ((void *)(at + 2) > end)
      return XDP_DROP;
    __u8 following = at[0];
    at += next == IPPROTO_FRAGMENT ? 8 : next == IPPROTO_AH ? (at[1] + 2) * 4 : (at[1] + 1) * 8;
    next = following;
  }
  if ((void *)(at + 4) > end)
    return XDP_DROP;
  __u32 key = next;
  __u64 *sum = bpf_map_lookup_elem(&ports, &key);
  if (sum)
    *sum += at[2] << 8 | at[3];
  return next == IPPROTO_UDP ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
