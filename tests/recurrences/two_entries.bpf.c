// SPDX-License-Identifier: Apache-2.0
// Two entries of one map changed by one packet, which may be the same: what an address sent and received.
#include "recurrence.h"

struct traffic {
	__u32 packets;
	__u64 bytes;
};

struct {
	__uint(type, MAP);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct traffic);
} flows SEC(".maps");

static __always_inline struct traffic *entry(__be32 address)
{
	__u32 key = bpf_ntohl(address);

	if (MAP == BPF_MAP_TYPE_ARRAY || MAP == BPF_MAP_TYPE_PERCPU_ARRAY)
		key &= 255;
	return bpf_map_lookup_elem(&flows, &key);
}

SEC("xdp")
int two_entries(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct traffic *from, *to;

	if ((void *)(ip + 1) > end)
		return XDP_ABORTED;
	from = entry(ip->saddr);
	to = entry(ip->daddr);
	if (from) {
		from->packets++;
		from->bytes += end - data;
	}
	if (to) {
		to->packets++;
		to->bytes += end - data;
		if (to->bytes > 1000000)
			return XDP_DROP;
	}
	return from && from->packets > 100 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
