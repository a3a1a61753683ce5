// SPDX-License-Identifier: Apache-2.0
// Updates with every flag, and deletions, without a lookup; the verdict is the error.
#include "tables.h"

TABLE(seen, HASH, 32, __u32, __u64);

SEC("xdp")
int blind(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	__u32 key = ip->saddr;
	__u64 size = end - data;
	long error;
	switch (ip->protocol & 3) {
	case 0:
		error = bpf_map_update_elem(&seen, &key, &size, BPF_ANY);
		break;
	case 1:
		error = bpf_map_update_elem(&seen, &key, &size, BPF_NOEXIST);
		break;
	case 2:
		error = bpf_map_update_elem(&seen, &key, &size, BPF_EXIST);
		break;
	default:
		error = bpf_map_delete_elem(&seen, &key);
	}
	return error == 0 ? XDP_PASS : error == -7 ? XDP_DROP : error == -17 ? XDP_TX : error == -2 ? XDP_ABORTED : 9;
}
