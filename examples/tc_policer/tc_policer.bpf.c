// SPDX-License-Identifier: Apache-2.0
// A policer for tc: what comes too fast is dropped, what is nearly too fast is marked, so that a queue behind it can
// prefer the rest. Packets share a bucket by their mark, which an earlier program or the firewall has set.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct bucket {
	__u64 tokens; // bytes * 256, so that the rate can be finer than a byte a ns
	__u64 filled; // ns
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

const volatile __u64 rate = 320; // bytes * 256 per ns: 10 Gb/s
const volatile __u64 depth = 16384ull << 8;

SEC("tc")
int tc_policer(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns(), need = (__u64)skb->len << 8, tokens;
	__u32 class = skb->mark & 15;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, &class);

	if (!bucket)
		return TC_ACT_SHOT;
	tokens = bucket->tokens + (now - bucket->filled) * rate;
	bucket->filled = now;
	if (tokens > depth)
		tokens = depth;
	if (tokens < need) {
		bucket->tokens = tokens;
		return TC_ACT_SHOT;
	}
	bucket->tokens = tokens - need;
	if (tokens < depth / 2)
		skb->priority = 1;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
