// SPDX-License-Identifier: Apache-2.0
// A counter a source, put in by the first packet.
#include "tables.h"

TABLE(counters, HASH, 64, __u32, __u64);

SEC("xdp")
int counter(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 key = ip->saddr;
	__u64 one = 1, *count = bpf_map_lookup_elem(&counters, &key);
	if (count) {
		*count += 1;
		return XDP_TX;
	}
	return bpf_map_update_elem(&counters, &key, &one, BPF_ANY) ? XDP_DROP : XDP_PASS;
}
