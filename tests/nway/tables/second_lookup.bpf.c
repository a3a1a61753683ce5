// SPDX-License-Identifier: Apache-2.0
// Zeros are put in on a miss, then the entry is looked up again.
#include "tables.h"

TABLE(counters, PERCPU_HASH, 16, __u32, __u64);

SEC("xdp")
int second_lookup(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 key = ip->saddr;
	__u64 zero = 0, *count = bpf_map_lookup_elem(&counters, &key);
	if (!count) {
		bpf_map_update_elem(&counters, &key, &zero, BPF_ANY);
		count = bpf_map_lookup_elem(&counters, &key);
		if (!count)
			return XDP_DROP;
	}
	*count += 1;
	return *count & 1 ? XDP_PASS : XDP_TX;
}
