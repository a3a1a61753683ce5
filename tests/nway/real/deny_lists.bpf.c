// SPDX-License-Identifier: Apache-2.0
// Addresses and prefixes that are denied, in maps of their own for each version of IP: whether any
// look-up finds something is one question behind them all. What is not denied goes through a
// program array whose slots are named by sections, into a static program.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct prefix4 {
	__u32 length;
	__u8 address[4];
};

struct prefix6 {
	__u32 length;
	__u8 address[16];
};

#define LIST(name, map_type, key_type)                                                             \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__type(key, key_type);                                                             \
		__type(value, __u64);                                                              \
		__uint(max_entries, 64);                                                           \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__uint(pinning, LIBBPF_PIN_BY_NAME);                                               \
	} name SEC(".maps")

LIST(hosts4, BPF_MAP_TYPE_HASH, struct prefix4);
LIST(nets4, BPF_MAP_TYPE_LPM_TRIE, struct prefix4);
LIST(hosts6, BPF_MAP_TYPE_HASH, struct prefix6);
LIST(nets6, BPF_MAP_TYPE_LPM_TRIE, struct prefix6);

struct bpf_elf_map SEC("maps") calls = { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0, 2, 0, 0, 0 };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counts, &what);

	if (n)
		++*n;
}

__attribute__((used)) SEC("2/1") static int passed(struct xdp_md *ctx)
{
	count(1);
	return XDP_PASS;
}

static __always_inline int check4(struct xdp_md *ctx, void *data, void *end)
{
	struct iphdr *ip = data + ETH_HLEN;
	struct prefix4 key;

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	key.length = 32;
	__builtin_memcpy(key.address, &ip->saddr, 4);
	if (bpf_map_lookup_elem(&nets4, &key))
		return XDP_DROP;
	return bpf_map_lookup_elem(&hosts4, &key) ? XDP_DROP : XDP_PASS;
}

static __always_inline int check6(struct xdp_md *ctx, void *data, void *end)
{
	struct ipv6hdr *ip = data + ETH_HLEN;
	struct prefix6 key;

	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	key.length = 128;
	__builtin_memcpy(key.address, &ip->saddr, 16);
	if (bpf_map_lookup_elem(&nets6, &key))
		return XDP_DROP;
	return bpf_map_lookup_elem(&hosts6, &key) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int deny_lists(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	int verdict = XDP_PASS;

	if ((void *)(eth + 1) > end)
		return XDP_PASS;
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		verdict = check4(ctx, data, end);
		break;
	case bpf_htons(ETH_P_IPV6):
		verdict = check6(ctx, data, end);
		break;
	}
	if (verdict == XDP_DROP) {
		count(0);
		return XDP_DROP;
	}
	bpf_tail_call(ctx, &calls, 1);
	count(2);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
