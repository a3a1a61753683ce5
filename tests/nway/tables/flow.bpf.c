// SPDX-License-Identifier: Apache-2.0
// Statistics a flow: put in by its first packet, deleted by FIN.
#include "tables.h"

struct key {
	__u32 source, destination;
	__u16 source_port, destination_port;
	__u32 protocol;
};
struct statistics {
	__u64 packets, bytes, first, last, flags;
};

TABLE(flows, HASH, 64, struct key, struct statistics);

SEC("xdp")
int flow(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct tcphdr *tcp = (void *)(ip + 1);
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	struct key key = {ip->saddr, ip->daddr, tcp->source, tcp->dest, ip->protocol};
	__u64 now = bpf_ktime_get_ns();
	struct statistics *old = bpf_map_lookup_elem(&flows, &key);
	if (old) {
		old->packets++;
		old->bytes += end - data;
		old->last = now;
		old->flags |= ((__u8 *)tcp)[13];
		if (ip->protocol == IPPROTO_TCP && tcp->fin) {
			bpf_map_delete_elem(&flows, &key);
			return XDP_DROP;
		}
		return XDP_TX;
	}
	struct statistics fresh = {1, end - data, now, now, 0};
	return bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
}
