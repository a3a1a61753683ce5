// SPDX-License-Identifier: Apache-2.0
// Learns the source, then looks the destination up, which may be the same; then a third address, only if the source
// found room. Each sees what the packet has learned.
#include "tables.h"

struct station {
	__u32 port, seen;
};

TABLE(stations, HASH, 32, __u32, struct station);

SEC("xdp")
int bridge(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct udphdr *udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > end)
		return XDP_DROP;
	__u32 source = ip->saddr & bpf_htonl(0xff), dest = (ip->daddr ^ udp->dest) & bpf_htonl(0xff),
	      third = bpf_ntohs(udp->dest) << 24;
	struct station here = {udp->source, udp->dest}, *there;
	long error = 0;

	if (ip->protocol != IPPROTO_ICMP)
		error = bpf_map_update_elem(&stations, &source, &here, BPF_ANY);
	else
		error = bpf_map_delete_elem(&stations, &source);
	there = bpf_map_lookup_elem(&stations, &dest);
	if (there) {
		there->seen += 3;
		ip->id = there->seen;
	}
	if (error)
		return XDP_DROP;
	there = bpf_map_lookup_elem(&stations, &third);
	return there ? (there->port & 1 ? XDP_TX : XDP_ABORTED) : XDP_PASS;
}
