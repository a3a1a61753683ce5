// SPDX-License-Identifier: Apache-2.0
// An IPv4 router: hosts first, then networks of 24 bits, then the default route. The next hop gives both Ethernet
// addresses and the port. (Prefixes of any length: see lpm_router.)
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct next_hop {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u32 port; // slot of `ports`
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32); // address
	__type(value, struct next_hop);
} hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32); // address with its last byte zero
	__type(value, struct next_hop);
} networks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct next_hop);
} default_route SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} forwarded SEC(".maps"); // packets by port

static __always_inline struct next_hop *find_route(__be32 address)
{
	__be32 network = address & bpf_htonl(0xffffff00);
	struct next_hop *hop;
	__u32 zero = 0;

	hop = bpf_map_lookup_elem(&hosts, &address);
	if (hop)
		return hop;
	hop = bpf_map_lookup_elem(&networks, &network);
	if (hop)
		return hop;
	return bpf_map_lookup_elem(&default_route, &zero);
}

SEC("xdp")
int router(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct next_hop *hop;
	__u64 *packets;
	__u32 port;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	// The stack of the host answers ARP, and speaks the routing protocols.
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if ((void *)(ip + 1) > data_end || ip->version != 4 || ip->ihl < 5)
		return XDP_DROP;
	// It also writes the ICMP message when the time of a packet is over.
	if (ip->ttl <= 1)
		return XDP_PASS;

	hop = find_route(ip->daddr);
	if (!hop)
		return XDP_PASS;

	// The TTL is the first byte of its 16-bit word: one less there is 0x0100 less in network order.
	checksum_replace16(&ip->check, bpf_htons(0x0100), 0);
	ip->ttl--;
	__builtin_memcpy(eth->h_dest, hop->destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, hop->source, ETH_ALEN);

	port = hop->port;
	packets = bpf_map_lookup_elem(&forwarded, &port);
	if (packets)
		*packets += 1;
	return bpf_redirect_map(&ports, port, XDP_DROP);
}

char LICENSE[] SEC("license") = "Apache-2.0";
