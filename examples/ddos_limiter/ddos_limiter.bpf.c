// SPDX-License-Identifier: Apache-2.0
// A limiter against floods: each IPv4 source has a bucket of tokens that fills with time; a packet takes one token, and
// is dropped where there is none. Sources enter the table with their first packet; when it is full, the one that was
// silent for long makes room.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bucket {
	__u64 tokens; // 2^20 of them are one packet, so that the rate can be fine
	__u64 filled; // ns
	__u64 dropped; // packets
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __be32); // IPv4 source address
	__type(value, struct bucket);
} buckets SEC(".maps");

#define PACKET (1ull << 20)

const volatile __u64 rate = 1; // tokens per ns: 954 packets per second
const volatile __u64 depth = 32 * PACKET;

static __always_inline int take(struct bucket *bucket, __u64 now)
{
	__u64 tokens = bucket->tokens + (now - bucket->filled) * rate;

	bucket->filled = now;
	if (tokens > depth)
		tokens = depth;
	if (tokens < PACKET) {
		bucket->tokens = tokens;
		bucket->dropped += 1;
		return XDP_DROP;
	}
	bucket->tokens = tokens - PACKET;
	return XDP_PASS;
}

SEC("xdp")
int ddos_limiter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 now = bpf_ktime_get_ns();
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct bucket *bucket;
	__be32 source;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	source = ip->saddr;
	bucket = bpf_map_lookup_elem(&buckets, &source);
	if (!bucket) {
		struct bucket first = {.tokens = depth - PACKET, .filled = now};

		bpf_map_update_elem(&buckets, &source, &first, BPF_ANY);
		return XDP_PASS;
	}
	return take(bucket, now);
}

// bpf_ktime_get_ns() was once for programs under the GPL only; on the kernels of today any licence will do.
char LICENSE[] SEC("license") = "GPL";
