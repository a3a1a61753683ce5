// SPDX-License-Identifier: Apache-2.0
// NAT with both directions in one table: two keys a packet, and the first entry goes again where the second finds no
// room.
#include "tables.h"

struct end_point {
	__u32 address, port;
};

TABLE(table, HASH, 31, struct end_point, struct end_point);
TABLE(ports, ARRAY, 1, __u32, __u32);

SEC("xdp")
int both_ways(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct udphdr *udp = (void *)(ip + 1);
	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	if ((void *)(udp + 1) > end)
		return XDP_PASS;
	__u32 zero = 0, *next;
	struct end_point key = {ip->saddr, udp->source};
	struct end_point *to = bpf_map_lookup_elem(&table, &key);
	if (to) {
		ip->saddr = to->address;
		udp->source = to->port;
		return XDP_TX;
	}
	next = bpf_map_lookup_elem(&ports, &zero);
	if (!next)
		return XDP_DROP;
	struct end_point value = {0x0a000001, (*next)++ & 0xffff};
	if (bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST))
		return XDP_DROP;
	if (bpf_map_update_elem(&table, &value, &key, BPF_NOEXIST)) {
		bpf_map_delete_elem(&table, &key);
		return XDP_ABORTED;
	}
	ip->saddr = value.address;
	udp->source = value.port;
	return XDP_TX;
}
