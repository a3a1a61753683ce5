// SPDX-License-Identifier: Apache-2.0
// A flow monitor, as a NetFlow or IPFIX exporter keeps it: for every flow of TCP or UDP the packets, the bytes, when it
// was first and last seen, its smallest and largest packet, and all TCP flags that it carried. New flows enter the table
// by themselves; when it is full the flow that was silent for long makes room.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Keys are compared as bytes: IPv4 addresses stand in the first word, the others are zero.
struct flow {
	__be32 source[4];
	__be32 dest[4];
	__be16 source_port;
	__be16 dest_port;
	__u8 protocol;
	__u8 version;
	__u16 zero;
};

struct record {
	__u64 packets;
	__u64 bytes;
	__u64 first; // ns
	__u64 last;
	__u16 smallest; // bytes
	__u16 largest;
	__u8 tcp_flags;
	__u8 zero[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct record);
} flows SEC(".maps");

struct ports {
	__be16 source;
	__be16 dest;
};

static __always_inline int parse(struct ethhdr *eth, void *data_end, struct flow *flow, void **transport)
{
	struct iphdr *ip = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > data_end || ip->ihl != 5 || ip->frag_off & bpf_htons(0x1fff))
			return -1;
		flow->source[0] = ip->saddr;
		flow->dest[0] = ip->daddr;
		flow->protocol = ip->protocol;
		flow->version = 4;
		*transport = ip + 1;
		return 0;
	}
	if (eth->h_proto != bpf_htons(ETH_P_IPV6) || (void *)(ip6 + 1) > data_end)
		return -1;
	__builtin_memcpy(flow->source, &ip6->saddr, sizeof(flow->source));
	__builtin_memcpy(flow->dest, &ip6->daddr, sizeof(flow->dest));
	flow->protocol = ip6->nexthdr;
	flow->version = 6;
	*transport = ip6 + 1;
	return 0;
}

static __always_inline void add(struct record *record, __u64 now, __u16 bytes, __u8 tcp_flags)
{
	record->packets += 1;
	record->bytes += bytes;
	record->last = now;
	if (bytes < record->smallest)
		record->smallest = bytes;
	if (bytes > record->largest)
		record->largest = bytes;
	record->tcp_flags |= tcp_flags;
}

SEC("xdp")
int flow_monitor(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u16 bytes = data_end - data;
	struct ethhdr *eth = data;
	struct flow flow = {};
	struct record *record;
	void *transport;
	__u8 tcp_flags = 0;
	__u64 now;

	if ((void *)(eth + 1) > data_end || parse(eth, data_end, &flow, &transport))
		return XDP_PASS;
	if (flow.protocol == IPPROTO_TCP) {
		if (transport + sizeof(struct tcphdr) > data_end)
			return XDP_PASS;
		tcp_flags = ((__u8 *)transport)[13];
	} else if (flow.protocol != IPPROTO_UDP || transport + 8 > data_end) {
		return XDP_PASS;
	}
	flow.source_port = ((struct ports *)transport)->source;
	flow.dest_port = ((struct ports *)transport)->dest;

	now = bpf_ktime_get_ns();
	record = bpf_map_lookup_elem(&flows, &flow);
	if (record) {
		add(record, now, bytes, tcp_flags);
	} else {
		struct record first = {.packets = 1, .bytes = bytes, .first = now, .last = now,
				       .smallest = bytes, .largest = bytes, .tcp_flags = tcp_flags};

		bpf_map_update_elem(&flows, &flow, &first, BPF_NOEXIST);
	}
	return XDP_PASS;
}

// bpf_ktime_get_ns() was once for programs under the GPL only; on the kernels of today any licence will do.
char LICENSE[] SEC("license") = "GPL";
