// SPDX-License-Identifier: Apache-2.0
// Destination NAT: a rule sends packets for one address and port to another, as a router does for servers behind
// it. Each rule counts its packets and bytes. The host fills in the rules (maps.json). The first packet of a connection
// enters it in a table, by which the server's answers get back the address that the client knows.
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

// A connection as the server's answers show it.
struct session {
	__be32 server;
	__be32 client;
	__be16 server_port;
	__be16 client_port;
	__u8 protocol;
	__u8 zero[3];
};

struct origin {
	__be32 address; // that the client sent to
	__be16 port;
	__u8 mac[ETH_ALEN]; // of the hop that the client is behind
	__u32 zero;
	__u64 packets; // of answers
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct session);
	__type(value, struct origin);
} sessions SEC(".maps");

struct transport {
	__be16 *source;
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
		t->source = &tcp->source;
		t->dest = &tcp->dest;
		t->check = &tcp->check;
		return 0;
	}
	if (protocol != IPPROTO_UDP || (void *)(udp + 1) > data_end)
		return -1;
	t->source = &udp->source;
	t->dest = &udp->dest;
	t->check = udp->check ? &udp->check : 0;
	return 0;
}

// One end of a packet becomes another address and port; the packet goes back where it came from, to the next hop `mac`.
static __always_inline void rewrite(struct ethhdr *eth, struct iphdr *ip, const struct transport *t, __be32 *address,
				    __be16 *port, __be32 new_address, __be16 new_port, const __u8 *mac)
{
	if (t->check) {
		checksum_replace32(t->check, *address, new_address);
		checksum_replace16(t->check, *port, new_port);
	}
	*port = new_port;
	checksum_replace32(&ip->check, *address, new_address);
	*address = new_address;
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
}

static __always_inline void remember(struct ethhdr *eth, struct iphdr *ip, const struct transport *t,
				     const struct rule *rule)
{
	struct session session = {.server = rule->address, .client = ip->saddr, .server_port = rule->port,
				  .client_port = *t->source, .protocol = ip->protocol};
	struct origin origin = {.address = ip->daddr, .port = *t->dest};

	__builtin_memcpy(origin.mac, eth->h_source, ETH_ALEN);
	bpf_map_update_elem(&sessions, &session, &origin, BPF_NOEXIST);
}

static __always_inline int answer(struct ethhdr *eth, struct iphdr *ip, const struct transport *t)
{
	struct session session = {.server = ip->saddr, .client = ip->daddr, .server_port = *t->source,
				  .client_port = *t->dest, .protocol = ip->protocol};
	struct origin *origin = bpf_map_lookup_elem(&sessions, &session);

	if (!origin)
		return XDP_PASS;
	origin->packets += 1;
	rewrite(eth, ip, t, &ip->saddr, t->source, origin->address, origin->port, origin->mac);
	return XDP_TX;
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
		return answer(eth, ip, &transport);

	__sync_fetch_and_add(&rule->packets, 1);
	__sync_fetch_and_add(&rule->bytes, data_end - data);
	remember(eth, ip, &transport, rule);
	rewrite(eth, ip, &transport, &ip->daddr, transport.dest, rule->address, rule->port, rule->mac);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
