// SPDX-License-Identifier: Apache-2.0
// NAT with a table for each direction, and ports from a counter.
#include "tables.h"

struct end_point {
	__u32 address, port;
};

TABLE(there, HASH, 128, struct end_point, struct end_point);
TABLE(back, HASH, 128, __u32, struct end_point);
TABLE(ports, ARRAY, 1, __u32, __u32);

SEC("xdp")
int two_tables(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct udphdr *udp = (void *)(ip + 1);
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	if ((void *)(udp + 1) > end)
		return XDP_PASS;
	if (ip->daddr & bpf_htonl(1)) {
		__u32 zero = 0, port, *next;
		struct end_point key = {ip->saddr, udp->source};
		struct end_point *to = bpf_map_lookup_elem(&there, &key);
		if (to) {
			port = to->port;
		} else {
			next = bpf_map_lookup_elem(&ports, &zero);
			if (!next)
				return XDP_DROP;
			port = (*next)++ & 0xff;
			struct end_point value = {0x0a000001, port};
			if (bpf_map_update_elem(&there, &key, &value, BPF_NOEXIST))
				return XDP_DROP;
			if (bpf_map_update_elem(&back, &port, &key, BPF_ANY))
				return XDP_DROP;
		}
		ip->saddr = 0x0a000001;
		udp->source = port;
		return XDP_TX;
	}
	__u32 port = bpf_ntohs(udp->dest) & 0xff;
	struct end_point *from = bpf_map_lookup_elem(&back, &port);
	if (!from)
		return XDP_DROP;
	ip->daddr = from->address;
	udp->dest = from->port;
	return XDP_TX;
}
