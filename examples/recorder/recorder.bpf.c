// SPDX-License-Identifier: Apache-2.0
// A flight recorder: the last packets that were dropped (TTL used up, or to a port that is closed) are kept in a queue
// for the host to read; the oldest make room. The last port that was closed to someone stands on a stack.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct record {
	__u64 time; // ns
	__be32 source;
	__be32 destination;
	__u32 why; // 1 TTL, 2 port
	__u32 length;
};

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 64);
	__type(value, struct record);
} last SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 16);
	__type(value, __u32);
} knocks SEC(".maps"); // ports; the oldest are forgotten

const volatile __u16 closed_from = 1024;

SEC("xdp")
int recorder(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct record record = {};
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 port = 0, previous = 0;

	if ((void *)(udp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol == IPPROTO_UDP && ip->ihl == 5)
		port = bpf_ntohs(udp->dest);
	if (ip->ttl <= 1)
		record.why = 1;
	else if (port >= closed_from)
		record.why = 2;
	else
		return XDP_PASS;
	record.time = bpf_ktime_get_ns();
	record.source = ip->saddr;
	record.destination = ip->daddr;
	record.length = bpf_ntohs(ip->tot_len);
	bpf_map_push_elem(&last, &record, BPF_EXIST);
	if (record.why == 2) {
		bpf_map_peek_elem(&knocks, &previous);
		if (previous != port)
			bpf_map_push_elem(&knocks, &port, BPF_EXIST);
	}
	return XDP_DROP;
}

char _license[] SEC("license") = "Apache-2.0";
