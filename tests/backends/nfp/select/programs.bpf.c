/* Small programs whose instructions are counted. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 256);
} protocols SEC(".maps");

struct pair {
  __u32 a, b;
  __u64 count;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct pair);
  __type(value, struct pair);
  __uint(max_entries, 256);
} pairs SEC(".maps");

SEC("xdp") int pass(struct xdp_md* ctx) { return XDP_PASS; }

SEC("xdp") int ethertype(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  struct ethhdr* eth = data;
  if (data + sizeof(*eth) > end)
    return XDP_DROP;
  return eth->h_proto == bpf_htons(ETH_P_IP) ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int protocol_counter(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  struct ethhdr* eth = data;
  struct iphdr* ip = data + sizeof(*eth);
  if (data + sizeof(*eth) + sizeof(*ip) > end || eth->h_proto != bpf_htons(ETH_P_IP))
    return XDP_PASS;
  __u32 key = ip->protocol;
  __u64* n = bpf_map_lookup_elem(&protocols, &key);
  if (n)
    __sync_fetch_and_add(n, 1);
  return XDP_PASS;
}

SEC("xdp") int swap_macs(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  struct ethhdr* eth = data;
  if (data + sizeof(*eth) > end)
    return XDP_DROP;
  __u8 kept[ETH_ALEN];
  __builtin_memcpy(kept, eth->h_source, ETH_ALEN);
  __builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
  __builtin_memcpy(eth->h_dest, kept, ETH_ALEN);
  return XDP_TX;
}

SEC("xdp") int updates(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  if (data + 34 > end)
    return XDP_PASS;
  struct pair key = {*(__u32*)(data + 26), *(__u32*)(data + 30), 0}, value = {1, 2, 3};
  struct pair* there = bpf_map_lookup_elem(&pairs, &key);
  if (there)
    __sync_fetch_and_add(&there->count, 1);
  else
    bpf_map_update_elem(&pairs, &key, &value, BPF_NOEXIST);
  return XDP_PASS;
}

SEC("xdp") int wide_numbers(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  if (data + 24 > end)
    return XDP_PASS;
  __u64 a = *(__u64*)data, b = *(__u64*)(data + 8);
  *(__u64*)(data + 16) = a + b;
  return XDP_TX;
}
