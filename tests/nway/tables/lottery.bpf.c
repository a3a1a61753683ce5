// SPDX-License-Identifier: Apache-2.0
// An entry is deleted for what it holds; another one is looked up in between, which may be the same.
#include "tables.h"

struct ticket {
	__u32 number, count;
};

TABLE(tickets, HASH, ENTRIES, __u32, struct ticket);

SEC("xdp")
int lottery(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 key = ip->saddr, other = ip->daddr - bpf_htonl(0x01000000);
	struct ticket *t = bpf_map_lookup_elem(&tickets, &key), *o;
	__u32 number = ip->id;

	if (!t) {
		struct ticket fresh = {number, 1};
		if (bpf_map_update_elem(&tickets, &key, &fresh, BPF_ANY))
			return XDP_DROP;
		return XDP_PASS;
	}
	number = ++t->count * 7 + t->number;
	o = bpf_map_lookup_elem(&tickets, &other);
	if (o)
		number ^= o->number;
	if (number % 4 == 3)
		return bpf_map_delete_elem(&tickets, &key) ? XDP_ABORTED : XDP_TX;
	return number & 8 ? XDP_PASS : XDP_DROP;
}
