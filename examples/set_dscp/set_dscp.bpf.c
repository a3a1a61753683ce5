// SPDX-License-Identifier: Apache-2.0
// Marks IPv4 traffic with a DSCP value by its UDP or TCP destination port. The IP header stands behind none, one or
// two VLAN tags, so that the bytes that are written have no fixed place.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct vlan_tag {
	__be16 control;
	__be16 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __be16); // destination port
	__type(value, __u8); // DSCP, 0 to 63
} classes SEC(".maps");

// The EtherType behind the tags; *next is moved behind them.
static __always_inline __be16 skip_vlan_tags(void **next, void *data_end, __be16 protocol)
{
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_tag *tag = *next;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > data_end)
			return 0;
		protocol = tag->protocol;
		*next = tag + 1;
	}
	return protocol;
}

SEC("xdp")
int set_dscp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	void *next = eth + 1;
	struct iphdr *ip;
	__be16 *ports, port;
	__u16 old, new;
	__u8 *dscp;

	if (next > data_end)
		return XDP_DROP;
	if (skip_vlan_tags(&next, data_end, eth->h_proto) != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = next;
	if ((void *)(ip + 1) > data_end || ip->ihl < 5)
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > data_end)
		return XDP_PASS;
	port = ports[1];
	dscp = bpf_map_lookup_elem(&classes, &port);
	if (!dscp)
		return XDP_PASS;

	// The checksum covers 16-bit words: version and header length stand in the same one.
	old = *(__u16 *)ip;
	ip->tos = *dscp << 2 | (ip->tos & 3);
	new = *(__u16 *)ip;
	checksum_replace16(&ip->check, old, new);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
