// SPDX-License-Identifier: Apache-2.0
// A policer: tokens flow into a bucket at a fixed rate, a packet takes one for each of its bytes, and is dropped if
// there are not enough. Traffic classes (by DSCP) have buckets of their own.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bucket {
	__u64 tokens; // bytes * 256, so that the rate can be finer than a byte a ns
	__u64 filled; // ns
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32); // DSCP
	__type(value, struct bucket);
} buckets SEC(".maps");

const volatile __u64 rate = 320; // bytes * 256 per ns: 10 Gb/s
const volatile __u64 depth = 16384ull << 8;

SEC("xdp")
int token_bucket(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 now = bpf_ktime_get_ns(), need = (__u64)(data_end - data) << 8, tokens;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct bucket *bucket;
	__u32 class = 0;

	if ((void *)(ip + 1) <= data_end && eth->h_proto == bpf_htons(ETH_P_IP))
		class = ip->tos >> 2;
	bucket = bpf_map_lookup_elem(&buckets, &class);
	if (!bucket)
		return XDP_ABORTED;

	tokens = bucket->tokens + (now - bucket->filled) * rate;
	bucket->filled = now;
	if (tokens > depth)
		tokens = depth;
	if (tokens < need) {
		bucket->tokens = tokens;
		return XDP_DROP;
	}
	bucket->tokens = tokens - need;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
