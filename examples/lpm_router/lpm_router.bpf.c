// SPDX-License-Identifier: Apache-2.0
// A router for IPv4 and IPv6 with prefixes of any length: the longest one that fits gives both Ethernet addresses and
// the port, and counts what it has forwarded.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct prefix4 {
	__u32 length;
	__be32 address;
};

struct prefix6 {
	__u32 length;
	struct in6_addr address;
};

struct route {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u32 port; // key of `ports`
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, struct route);
} routes4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, struct route);
} routes6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 64);
	__type(key, __u32); // any number: that of a VLAN, for example
	__type(value, __u32);
} ports SEC(".maps");

// The TTL is the first byte of its 16-bit word: one less there is 0x0100 less in network order.
static __always_inline struct route *route4(struct iphdr *ip)
{
	struct prefix4 key = { .length = 32, .address = ip->daddr };
	struct route *route = bpf_map_lookup_elem(&routes4, &key);

	if (route) {
		checksum_replace16(&ip->check, bpf_htons(0x0100), 0);
		ip->ttl--;
	}
	return route;
}

static __always_inline struct route *route6(struct ipv6hdr *ip)
{
	struct prefix6 key = { .length = 128, .address = ip->daddr };
	struct route *route = bpf_map_lookup_elem(&routes6, &key);

	if (route)
		ip->hop_limit--;
	return route;
}

SEC("xdp")
int lpm_router(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct route *route;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	// The stack of the host speaks ARP and the routing protocols, and writes the ICMP message when the time of a
	// packet is over.
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > data_end || ip->version != 4 || ip->ihl < 5)
			return XDP_DROP;
		if (ip->ttl <= 1)
			return XDP_PASS;
		route = route4(ip);
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > data_end || ip->version != 6)
			return XDP_DROP;
		if (ip->hop_limit <= 1)
			return XDP_PASS;
		route = route6(ip);
	} else {
		return XDP_PASS;
	}
	if (!route)
		return XDP_PASS;

	route->packets += 1;
	route->bytes += data_end - data;
	__builtin_memcpy(eth->h_dest, route->destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, route->source, ETH_ALEN);
	return bpf_redirect_map(&ports, route->port, XDP_DROP);
}

char LICENSE[] SEC("license") = "Apache-2.0";
