// SPDX-License-Identifier: Apache-2.0
// A counter of its own for each length class beside one for all packets, in one map; tops of each are kept.
#include "recurrence.h"

struct counter {
	__u64 packets;
	__u32 largest;
};

struct {
	__uint(type, MAP);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct counter);
} flows SEC(".maps");

static __always_inline void count(__u32 key, __u32 size)
{
	struct counter *c = bpf_map_lookup_elem(&flows, &key);

	if (!c)
		return;
	c->packets++;
	if (size > c->largest)
		c->largest = size;
}

SEC("xdp")
int total(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 size = end - data;

	count(0, size);
	count(size / 64, size);
	if ((void *)(ip + 1) <= end)
		count(ip->protocol, size);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
