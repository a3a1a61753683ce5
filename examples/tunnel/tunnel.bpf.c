// SPDX-License-Identifier: Apache-2.0
// IP-in-IP encapsulation (RFC 2003): packets for a service get a second IPv4 header in front, which takes them to the
// other end of a tunnel. The host says which services, and where to (maps.json); each flow is accounted for.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct service {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct endpoints {
	__be32 source;
	__be32 destination;
	__u8 mac[ETH_ALEN]; // of the next hop
	__u16 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service);
	__type(value, struct endpoints);
} tunnels SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32); // IP protocol
	__type(value, __u64);
} encapsulated SEC(".maps");

struct ports {
	__be16 source;
	__be16 dest;
};

struct flow {
	__be32 source;
	__be32 dest;
	struct ports ports;
	__u8 protocol;
	__u8 zero[3];
};

struct usage {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct usage);
} flows SEC(".maps"); // what went through the tunnels

static __always_inline void account(struct iphdr *ip, struct ports *ports, __u64 bytes)
{
	struct flow flow = {.source = ip->saddr, .dest = ip->daddr, .ports = *ports, .protocol = ip->protocol};
	struct usage first = {.packets = 1, .bytes = bytes}, *usage = bpf_map_lookup_elem(&flows, &flow);

	if (!usage) {
		bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
		return;
	}
	usage->packets += 1;
	usage->bytes += bytes;
}

static __always_inline void write_outer(struct iphdr *outer, const struct endpoints *ends, __u16 inner_bytes, __u8 tos)
{
	const __u16 *words = (void *)outer;
	__u32 sum = 0;

	outer->version = 4;
	outer->ihl = 5;
	outer->tos = tos;
	outer->tot_len = bpf_htons(inner_bytes + sizeof(*outer));
	outer->id = 0;
	outer->frag_off = bpf_htons(0x4000); // don't fragment
	outer->ttl = 64;
	outer->protocol = IPPROTO_IPIP;
	outer->check = 0;
	outer->saddr = ends->source;
	outer->daddr = ends->destination;
	for (int i = 0; i < 10; i++)
		sum += words[i];
	outer->check = ~checksum_fold(sum);
}

SEC("xdp")
int tunnel(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data, *new_eth;
	struct iphdr *ip = (void *)(eth + 1), *outer;
	struct ports *ports = (void *)(ip + 1);
	struct service service = {};
	__u8 our_mac[ETH_ALEN];
	struct endpoints *ends;
	__u16 inner_bytes;
	__u32 protocol;
	__u64 *packets;
	__u8 tos;

	if ((void *)(ports + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_PASS;
	service.address = ip->daddr;
	service.port = ports->dest;
	service.protocol = ip->protocol;
	ends = bpf_map_lookup_elem(&tunnels, &service);
	if (!ends)
		return XDP_PASS;

	account(ip, ports, data_end - data);

	// What is needed of the packet, before it moves: no pointer into it survives bpf_xdp_adjust_head().
	inner_bytes = bpf_ntohs(ip->tot_len);
	protocol = ip->protocol;
	tos = ip->tos;
	__builtin_memcpy(our_mac, eth->h_dest, ETH_ALEN);

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*outer)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	new_eth = data;
	outer = (void *)(new_eth + 1);
	if ((void *)(outer + 1) > data_end)
		return XDP_DROP;

	__builtin_memcpy(new_eth->h_dest, ends->mac, ETH_ALEN);
	__builtin_memcpy(new_eth->h_source, our_mac, ETH_ALEN);
	new_eth->h_proto = bpf_htons(ETH_P_IP);
	write_outer(outer, ends, inner_bytes, tos);

	packets = bpf_map_lookup_elem(&encapsulated, &protocol);
	if (packets)
		*packets += 1;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
