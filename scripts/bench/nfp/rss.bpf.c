// SPDX-License-Identifier: Apache-2.0
// Receive queues by a hash of the inner headers: IPv4 and IPv6, plain or in an IPIP tunnel, TCP and UDP. The host says
// which queue each bucket has.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "hash.h"

enum { BUCKETS = 128 };

struct bucket {
	__u32 queue;
	__u32 reserved;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUCKETS);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

struct tuple {
	__u32 source[4], target[4];
	__u32 ports;
	__u8 protocol;
};

static __always_inline int read_ports(void *at, void *data_end, struct tuple *t)
{
	if (t->protocol != IPPROTO_TCP && t->protocol != IPPROTO_UDP)
		return 1;
	if (at + 8 > data_end)
		return 0;
	t->ports = *(__u32 *)at;
	return 1;
}

static __always_inline int read_ipv6(void *at, void *data_end, struct tuple *t)
{
	struct ipv6hdr *ip = at;

	if ((void *)(ip + 1) > data_end)
		return 0;
	t->protocol = ip->nexthdr;
	__builtin_memcpy(t->source, &ip->saddr, 16);
	__builtin_memcpy(t->target, &ip->daddr, 16);
	return read_ports(ip + 1, data_end, t);
}

static __always_inline int read_ipv4(void *at, void *data_end, struct tuple *t)
{
	struct iphdr *ip = at;

	if ((void *)(ip + 1) > data_end || ip->ihl != 5)
		return 0;
	t->protocol = ip->protocol;
	t->source[0] = ip->saddr;
	t->target[0] = ip->daddr;
	return read_ports(ip + 1, data_end, t);
}

static __always_inline __u32 hash_ipv4(const struct tuple *t)
{
	return hash_three(t->source[0], t->target[0], t->ports, 0xeb0f);
}

static __always_inline __u32 hash_ipv6(const struct tuple *t)
{
	return hash_three(hash_four(t->source, 0xc55), hash_four(t->target, 0x1234), t->ports, 0xeb0f);
}

SEC("xdp")
int rss(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tuple t = {};
	struct bucket *bucket;
	__u32 hash, key;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (!read_ipv4(ip, data_end, &t))
			return XDP_DROP;
		if (t.protocol == IPPROTO_IPIP) {
			if (!read_ipv4(ip + 1, data_end, &t))
				return XDP_DROP;
			hash = hash_ipv4(&t);
		} else if (t.protocol == IPPROTO_IPV6) {
			if (!read_ipv6(ip + 1, data_end, &t))
				return XDP_DROP;
			hash = hash_ipv6(&t);
		} else {
			hash = hash_ipv4(&t);
		}
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		if (!read_ipv6(ip, data_end, &t))
			return XDP_DROP;
		if (t.protocol == IPPROTO_IPIP) {
			if (!read_ipv4((struct ipv6hdr *)ip + 1, data_end, &t))
				return XDP_DROP;
			hash = hash_ipv4(&t);
		} else {
			hash = hash_ipv6(&t);
		}
	} else {
		return XDP_PASS;
	}

	key = hash % BUCKETS;
	bucket = bpf_map_lookup_elem(&buckets, &key);
	if (!bucket)
		return XDP_PASS;
	__sync_fetch_and_add(&bucket->packets, 1);
	ctx->rx_queue_index = bucket->queue;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
