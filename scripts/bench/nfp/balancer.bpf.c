// SPDX-License-Identifier: Apache-2.0
// A layer 4 load balancer: TCP and UDP over IPv4 go in an IPv4 tunnel to the server that a hash of addresses and ports
// chooses; packets and bytes are counted for each.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "hash.h"

struct server {
	__be32 local, remote;
	__u64 packets, bytes;
	__u8 mac[6];
	__u16 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

struct ports {
	__be16 source, target;
};

static __always_inline void write_header(struct iphdr *ip, const struct server *s, __u16 payload)
{
	struct iphdr outer = {
		.version = 4,
		.ihl = 5,
		.ttl = 8,
		.protocol = IPPROTO_IPIP,
		.tot_len = bpf_htons(payload + sizeof(*ip)),
		.saddr = s->local,
		.daddr = s->remote,
	};
	const __u16 *word = (const __u16 *)&outer;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	outer.check = ~((sum & 0xffff) + (sum >> 16));
	*ip = outer;
}

SEC("xdp")
int balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data, *outer;
	struct iphdr *ip = (void *)(eth + 1);
	struct ports *ports = (void *)(ip + 1);
	struct server *server;
	__u16 payload, length;
	__u32 key;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || (ip->frag_off & bpf_htons(0x3fff)))
		return XDP_DROP;
	if (ip->protocol == IPPROTO_TCP) {
		if ((void *)ports + sizeof(struct tcphdr) > data_end)
			return XDP_DROP;
	} else if (ip->protocol == IPPROTO_UDP) {
		if ((void *)ports + sizeof(struct udphdr) > data_end)
			return XDP_DROP;
	} else {
		return XDP_PASS;
	}
	payload = bpf_ntohs(ip->tot_len);

	key = hash_three(ip->saddr, ip->daddr, *(__u32 *)ports, 0xeb0f) % 512;
	server = bpf_map_lookup_elem(&servers, &key);
	if (!server)
		return XDP_DROP;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	outer = data;
	eth = data + sizeof(struct iphdr);
	ip = (void *)(outer + 1);
	if ((void *)(eth + 1) > data_end || (void *)(ip + 1) > data_end)
		return XDP_DROP;

	__builtin_memcpy(outer->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(outer->h_dest, server->mac, ETH_ALEN);
	outer->h_proto = bpf_htons(ETH_P_IP);
	write_header(ip, server, payload);

	length = data_end - data;
	__sync_fetch_and_add(&server->packets, 1);
	__sync_fetch_and_add(&server->bytes, length);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
