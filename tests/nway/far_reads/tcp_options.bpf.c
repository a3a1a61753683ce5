// Finds the time stamp among the options of TCP, behind options of IPv4.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

SEC("xdp") int tcp_options(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
    return XDP_PASS;
  struct iphdr *ip = (void *)(eth + 1);
  if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_TCP)
    return XDP_PASS;
  struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
  if ((void *)(tcp + 1) > end)
    return XDP_DROP;
  __u8 *at = (void *)(tcp + 1), *last = (void *)tcp + tcp->doff * 4;
  for (int i = 0; i < 8 && at + 2 <= (__u8 *)end && at < last && at[0]; i++) {
    if (at[0] == 8)
      return at + 6 <= (__u8 *)end && at[5] & 1 ? XDP_TX : XDP_DROP;
    if (at[0] != 1 && at[1] < 2)
      break;
    at += at[0] == 1 ? 1 : at[1];
  }
  return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
