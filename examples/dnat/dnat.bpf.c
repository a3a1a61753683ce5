// SPDX-License-Identifier: Apache-2.0
// Destination NAT: a rule sends packets for one address and port to another, as a router does for servers behind
// it. Each rule counts its packets and bytes. The host fills in the rules (maps.json).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct target {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct rule {
	__be32 address;
	__be16 port;
	__u8 mac[ETH_ALEN]; // of the next hop
	__u32 zero;
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct target);
	__type(value, struct rule);
} rules SEC(".maps");

struct transport {
	__be16 *dest;
	__u16 *check; // null for UDP without a checksum
};

static __always_inline int parse_transport(void *header, void *data_end, __u8 protocol, struct transport *t)
{
	struct tcphdr *tcp = header;
	struct udphdr *udp = header;

	if (protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > data_end)
			return -1;
		t->dest = &tcp->dest;
		t->check = &tcp->check;
		return 0;
	}
	if (protocol != IPPROTO_UDP || (void *)(udp + 1) > data_end)
		return -1;
	t->dest = &udp->dest;
	t->check = udp->check ? &udp->check : 0;
	return 0;
}

SEC("xdp")
int dnat(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct target target = {};
	struct rule *rule;
	struct transport transport;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl < 5 || ip->frag_off & bpf_htons(0x1fff))
		return XDP_PASS;
	if (parse_transport((void *)ip + ip->ihl * 4, data_end, ip->protocol, &transport))
		return XDP_PASS;

	target.address = ip->daddr;
	target.port = *transport.dest;
	target.protocol = ip->protocol;
	rule = bpf_map_lookup_elem(&rules, &target);
	if (!rule)
		return XDP_PASS;

	if (transport.check) {
		checksum_replace32(transport.check, ip->daddr, rule->address);
		checksum_replace16(transport.check, *transport.dest, rule->port);
	}
	*transport.dest = rule->port;
	checksum_replace32(&ip->check, ip->daddr, rule->address);
	ip->daddr = rule->address;
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, rule->mac, ETH_ALEN);

	__sync_fetch_and_add(&rule->packets, 1);
	__sync_fetch_and_add(&rule->bytes, data_end - data);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
