// SPDX-License-Identifier: Apache-2.0
// A token bucket a source; the source that was quiet longest makes room for a new one.
#include "tables.h"

#ifndef ENTRIES
#define ENTRIES 1024
#endif

struct bucket {
	__u64 tokens, last;
};

TABLE(buckets, LRU_HASH, ENTRIES, __u32, struct bucket);

SEC("xdp")
int bucket(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 key = ip->saddr;
	__u64 now = bpf_ktime_get_ns();
	struct bucket *b = bpf_map_lookup_elem(&buckets, &key);
	if (!b) {
		struct bucket full = {10, now};
		bpf_map_update_elem(&buckets, &key, &full, BPF_ANY);
		return XDP_PASS;
	}
	__u64 tokens = b->tokens + ((now - b->last) >> 12);
	if (tokens > 10)
		tokens = 10;
	b->last = now;
	if (tokens == 0) {
		b->tokens = 0;
		return XDP_DROP;
	}
	b->tokens = tokens - 1;
	return XDP_PASS;
}
