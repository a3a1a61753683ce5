// SPDX-License-Identifier: Apache-2.0
// Several programs in one object, which share a map; -n picks one. This is how loaders find variants of a filter.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} runs SEC(".maps");

static __always_inline void count(__u32 program)
{
	__u64 *packets = bpf_map_lookup_elem(&runs, &program);

	if (packets)
		__sync_fetch_and_add(packets, 1);
}

SEC("xdp")
int pass_all(struct xdp_md *ctx)
{
	count(0);
	return XDP_PASS;
}

SEC("xdp")
int drop_broadcast(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	count(1);
	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	for (int i = 0; i < ETH_ALEN; i++) {
		if (eth->h_dest[i] != 0xff)
			return XDP_PASS;
	}
	return XDP_DROP;
}

SEC("xdp")
int drop_short(struct xdp_md *ctx)
{
	count(2);
	return ctx->data_end - ctx->data < ETH_ZLEN ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
