// SPDX-License-Identifier: Apache-2.0
// An IPv4 router: hosts on the networks around it first, which it learns from their ARP packets, then the routes that
// the host gives it (maps.json): the longest prefix counts. The next hop gives both Ethernet addresses and the port.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct next_hop {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u32 port; // slot of `ports`: there, each interface stands at its own number
};

const volatile __u8 our_mac[ETH_ALEN] = {0x02, 0, 0, 0, 0, 0xfe};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32); // address
	__type(value, struct next_hop);
} hosts SEC(".maps");

struct prefix {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, struct next_hop);
} routes SEC(".maps");

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

// An ARP packet over Ethernet for IPv4 (RFC 826).
struct arp {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_bytes;
	__u8 protocol_bytes;
	__be16 operation;
	__u8 sender_mac[ETH_ALEN];
	__u8 sender[4];
	__u8 target_mac[ETH_ALEN];
	__u8 target[4];
} __attribute__((packed));

// Who asks or answers is there. The stack of the host gets the packet, too: it is the one to answer.
static __always_inline int learn(struct xdp_md *ctx, struct arp *arp, void *data_end)
{
	struct next_hop hop = {.port = ctx->ingress_ifindex};
	__be32 address;

	if ((void *)(arp + 1) > data_end || arp->hardware != bpf_htons(1) || arp->protocol != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__builtin_memcpy(hop.destination, arp->sender_mac, ETH_ALEN);
	for (int i = 0; i < ETH_ALEN; i++)
		hop.source[i] = our_mac[i];
	__builtin_memcpy(&address, arp->sender, sizeof(address));
	bpf_map_update_elem(&hosts, &address, &hop, BPF_ANY);
	return XDP_PASS;
}

static __always_inline int find_route(__be32 address, struct next_hop *to)
{
	struct prefix prefix = {.length = 32, .address = address};
	struct next_hop *hop = bpf_map_lookup_elem(&hosts, &address);

	if (hop) {
		*to = *hop;
		return 0;
	}
	hop = bpf_map_lookup_elem(&routes, &prefix);
	if (!hop)
		return -1;
	*to = *hop;
	return 0;
}

SEC("xdp")
int router(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct next_hop hop;
	__u64 *packets;
	__u32 port;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_ARP))
		return learn(ctx, (void *)(eth + 1), data_end);
	// The stack of the host speaks the routing protocols.
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if ((void *)(ip + 1) > data_end || ip->version != 4 || ip->ihl < 5)
		return XDP_DROP;
	// It also writes the ICMP message when the time of a packet is over.
	if (ip->ttl <= 1)
		return XDP_PASS;

	if (find_route(ip->daddr, &hop))
		return XDP_PASS;

	// The TTL is the first byte of its 16-bit word: one less there is 0x0100 less in network order.
	checksum_replace16(&ip->check, bpf_htons(0x0100), 0);
	ip->ttl--;
	__builtin_memcpy(eth->h_dest, hop.destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, hop.source, ETH_ALEN);

	port = hop.port;
	packets = bpf_map_lookup_elem(&forwarded, &port);
	if (packets)
		*packets += 1;
	return bpf_redirect_map(&ports, port, XDP_DROP);
}

char LICENSE[] SEC("license") = "Apache-2.0";
