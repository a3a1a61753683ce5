// SPDX-License-Identifier: Apache-2.0
// Looks the destination up before it changes the source's entry.
#include "tables.h"

TABLE(table, HASH, 24, __u32, __u64);

SEC("xdp")
int peek(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 source = ip->saddr & bpf_htonl(0x3f), dest = ip->daddr & bpf_htonl(0x3f);
	__u64 fresh = ip->id, *there = bpf_map_lookup_elem(&table, &dest);
	int verdict = XDP_PASS;

	if (there)
		verdict = *there & 1 ? XDP_TX : XDP_DROP;
	if (ip->protocol == 1)
		bpf_map_delete_elem(&table, &source);
	else if (bpf_map_update_elem(&table, &source, &fresh, BPF_NOEXIST) && ip->protocol == 6)
		return XDP_ABORTED;
	return verdict;
}
