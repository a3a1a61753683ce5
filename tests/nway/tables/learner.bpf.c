// SPDX-License-Identifier: Apache-2.0
// Learns the source, or forgets it, then looks a neighbour up, which may be the source itself: two entries of an LRU map are used by a packet, and
// the next one may evict.
#include "tables.h"

struct station {
	__u32 port, seen;
};

#ifndef ENTRIES
#define ENTRIES 16
#endif
TABLE(stations, LRU_HASH, ENTRIES, __u32, struct station);

SEC("xdp")
int learner(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct udphdr *udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > end)
		return XDP_DROP;
	__u32 source = bpf_ntohl(ip->saddr) & 0xffff, dest = source + bpf_ntohs(udp->dest);
	struct station here = {udp->source, udp->dest}, *there;

	if (ip->protocol == IPPROTO_ICMP)
		bpf_map_delete_elem(&stations, &source);
	else if (ip->protocol != 3)
		bpf_map_update_elem(&stations, &source, &here, BPF_ANY);
	if (ip->protocol == 2)
		return XDP_DROP;
	there = bpf_map_lookup_elem(&stations, &dest);
	if (!there)
		return XDP_PASS;
	there->seen += 3;
	ip->id = there->seen;
	return there->port & 1 ? XDP_TX : XDP_ABORTED;
}
