// SPDX-License-Identifier: Apache-2.0
// Source NAT for TCP and UDP. Packets from the inside get the public address and a port from table `outgoing`, their
// answers are turned back by table `incoming`. The host fills both (maps.json).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct endpoint {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct translation {
	__be32 address;
	__be16 port;
	__u16 zero;
	__u64 packets;
};

struct table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct endpoint);
	__type(value, struct translation);
};

struct table outgoing SEC(".maps"); // inside source -> public source
struct table incoming SEC(".maps"); // public destination -> inside destination

// Replaces one side of a flow. UDP over IPv4 may leave its checksum out: then it is zero and stays so, and a sum that
// comes out as zero is written as ffff.
static __always_inline int translate(struct iphdr *ip, void *data_end, __be32 *address, int is_source,
				     const struct translation *to)
{
	struct tcphdr *tcp = (void *)(ip + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__be32 old_address = *address;
	__be16 *port = is_source ? &udp->source : &udp->dest;
	__be16 old_port = *port;

	if (ip->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > data_end)
			return -1;
		checksum_replace32(&tcp->check, old_address, to->address);
		checksum_replace16(&tcp->check, old_port, to->port);
	} else if (udp->check) {
		checksum_replace32(&udp->check, old_address, to->address);
		checksum_replace16(&udp->check, old_port, to->port);
		if (!udp->check)
			udp->check = 0xffff;
	}
	checksum_replace32(&ip->check, old_address, to->address);
	*address = to->address;
	*port = to->port;
	return 0;
}

SEC("xdp")
int nat(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct endpoint from = {}, to = {};
	struct translation *translation;

	// Eight bytes behind the IP header: the whole of a UDP header, and the ports of TCP.
	if ((void *)(udp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->frag_off & bpf_htons(0x3fff))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	from.address = ip->saddr;
	from.port = udp->source;
	from.protocol = ip->protocol;
	translation = bpf_map_lookup_elem(&outgoing, &from);
	if (translation) {
		if (translate(ip, data_end, &ip->saddr, 1, translation))
			return XDP_DROP;
		translation->packets += 1;
		return XDP_TX;
	}

	to.address = ip->daddr;
	to.port = udp->dest;
	to.protocol = ip->protocol;
	translation = bpf_map_lookup_elem(&incoming, &to);
	if (translation) {
		if (translate(ip, data_end, &ip->daddr, 0, translation))
			return XDP_DROP;
		translation->packets += 1;
		return XDP_TX;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
