// SPDX-License-Identifier: Apache-2.0
// Times between the packets of a source: smallest, largest, a moving average (each new value counts one eighth), and
// a mean by division.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct times {
	__u64 last; // ns; 0 before the first packet
	__u64 smallest;
	__u64 largest;
	__u64 average; // ns * 8
	__u64 total;
	__u32 packets;
	__u32 mean;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be32);
	__type(value, struct times);
} sources SEC(".maps");

SEC("xdp")
int interarrival(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct times *times;
	__u64 now, gap;
	__be32 source;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	source = ip->saddr;
	times = bpf_map_lookup_elem(&sources, &source);
	if (!times)
		return XDP_PASS;

	now = bpf_ktime_get_ns();
	if (times->last == 0) {
		times->last = now;
		times->smallest = ~0ull;
		return XDP_PASS;
	}
	gap = now - times->last;
	times->last = now;
	if (gap < times->smallest)
		times->smallest = gap;
	if (gap > times->largest)
		times->largest = gap;
	times->average += gap - (times->average >> 3);
	times->total += gap;
	times->packets += 1;
	times->mean = (__u32)times->total / times->packets;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
