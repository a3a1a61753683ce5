// SPDX-License-Identifier: Apache-2.0
// Drops sources that send more than `limit` packets in a window of `window_ns`. A source enters the table with its first
// packet; when the table is full, new ones pass without being watched.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct source {
	__u64 window_start; // ns
	__u64 packets; // in this window
	__u64 dropped; // since the beginning
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32); // IPv4 source address
	__type(value, struct source);
} sources SEC(".maps");

const volatile __u64 window_ns = 10 * 1000 * 1000;
const volatile __u64 limit = 8;

SEC("xdp")
int ddos_filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct source *source;
	__be32 address;
	__u64 now;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	address = ip->saddr;
	source = bpf_map_lookup_elem(&sources, &address);
	now = bpf_ktime_get_ns();
	if (!source) {
		struct source first = {.window_start = now, .packets = 1};

		bpf_map_update_elem(&sources, &address, &first, BPF_ANY);
		return XDP_PASS;
	}
	if (now - source->window_start >= window_ns) {
		source->window_start = now;
		source->packets = 1;
		return XDP_PASS;
	}
	if (source->packets >= limit) {
		source->dropped += 1;
		return XDP_DROP;
	}
	source->packets += 1;
	return XDP_PASS;
}

// bpf_ktime_get_ns() was once for programs under the GPL only; on the kernels of today any licence will do.
char LICENSE[] SEC("license") = "GPL";
