// SPDX-License-Identifier: Apache-2.0
// A load balancer: packets to a virtual address go to one of the servers behind it. For a new flow a hash picks a slot
// of a ring, and the ring names the server, so that a server gets as many slots as it deserves; from then on the table
// of connections keeps the flow with its server, whatever happens to the ring. The destination is rewritten, checksums are updated, and the packet leaves where it came from.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

#define RING_SLOTS 256 // a power of two
#define MAX_SERVERS 64

struct service {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct server {
	__be32 address;
	__u8 mac[ETH_ALEN];
	__u16 enabled;
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct service);
	__type(value, __u32); // number of the service; for the host
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RING_SLOTS);
	__type(key, __u32);
	__type(value, __u32); // index of a server
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SERVERS);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

struct connection {
	__be32 client;
	__be32 service;
	__be16 client_port;
	__be16 service_port;
	__u8 protocol;
	__u8 zero[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct connection);
	__type(value, __u32); // index of a server
} connections SEC(".maps");

const volatile __u32 hash_seed = 0x5eed;

// Mixing by additions, rotations and exclusive-ors; every bit of the flow reaches every bit of the slot.
static __always_inline __u32 rotate(__u32 x, int n)
{
	return x << n | x >> (32 - n);
}

static __always_inline __u32 hash_flow(__u32 source, __u32 ports, __u32 seed)
{
	__u32 a = source + seed, b = ports ^ seed, c = 0x9e3779b9;

	for (int i = 0; i < 3; i++) {
		a += c;
		c = rotate(c, 4) ^ a;
		b += a;
		a = rotate(a, 6) ^ b;
		c += b;
		b = rotate(b, 8) ^ c;
	}
	return c;
}

// The ports and, by protocol, where the checksum of the transport header stands (none for UDP without one).
struct transport {
	__be16 source, dest;
	__u16 *check;
};

static __always_inline int parse_transport(void *header, void *data_end, __u8 protocol, struct transport *t)
{
	struct tcphdr *tcp = header;
	struct udphdr *udp = header;

	if (protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > data_end)
			return -1;
		t->source = tcp->source;
		t->dest = tcp->dest;
		t->check = &tcp->check;
		return 0;
	}
	if (protocol != IPPROTO_UDP || (void *)(udp + 1) > data_end)
		return -1;
	t->source = udp->source;
	t->dest = udp->dest;
	t->check = udp->check ? &udp->check : 0;
	return 0;
}

static __always_inline void send_to(struct server *server, struct ethhdr *eth, struct iphdr *ip,
				    struct transport *transport)
{
	__be32 old = ip->daddr;

	// Back out of the same port: our address becomes the source.
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, server->mac, ETH_ALEN);
	ip->daddr = server->address;
	checksum_replace32(&ip->check, old, server->address);
	if (transport->check)
		checksum_replace32(transport->check, old, server->address);
}

// The server of a flow: the one that it has, or the one that the ring names. -1: none.
static __always_inline int choose(struct iphdr *ip, const struct transport *transport, __u32 *index)
{
	struct connection connection = {.client = ip->saddr, .service = ip->daddr, .client_port = transport->source,
					.service_port = transport->dest, .protocol = ip->protocol};
	__u32 slot, *known = bpf_map_lookup_elem(&connections, &connection);

	if (known) {
		*index = *known;
		return 0;
	}
	slot = hash_flow(ip->saddr, (__u32)transport->source << 16 | transport->dest, hash_seed) % RING_SLOTS;
	known = bpf_map_lookup_elem(&ring, &slot);
	if (!known)
		return -1;
	*index = *known;
	bpf_map_update_elem(&connections, &connection, index, BPF_ANY);
	return 0;
}

SEC("xdp")
int load_balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct transport transport;
	struct service service = {};
	struct server *server;
	__u32 index;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->frag_off & bpf_htons(0x3fff))
		return XDP_PASS;
	if (parse_transport(ip + 1, data_end, ip->protocol, &transport))
		return XDP_PASS;

	service.address = ip->daddr;
	service.port = transport.dest;
	service.protocol = ip->protocol;
	if (!bpf_map_lookup_elem(&services, &service))
		return XDP_PASS;

	if (choose(ip, &transport, &index))
		return XDP_DROP;
	server = bpf_map_lookup_elem(&servers, &index);
	if (!server || !server->enabled)
		return XDP_DROP;

	__sync_fetch_and_add(&server->packets, 1);
	__sync_fetch_and_add(&server->bytes, data_end - data);
	send_to(server, eth, ip, &transport);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
