// SPDX-License-Identifier: Apache-2.0
// A connection goes by what its entry says: its age, the number of its packets.
#include "tables.h"

struct key {
	__u32 source, destination;
};
struct state {
	__u64 last;
	__u32 state, count;
};

TABLE(connections, HASH, 32, struct key, struct state);

SEC("xdp")
int connection(struct xdp_md *ctx)
{
	PARSE_IP(ctx);
	struct key key = {ip->saddr, ip->daddr};
	__u64 now = bpf_ktime_get_ns();
	struct state *s = bpf_map_lookup_elem(&connections, &key);
	if (s && now - s->last > 20000) {
		bpf_map_delete_elem(&connections, &key);
		s = 0;
	}
	if (!s) {
		struct state fresh = {now, 1, 1};
		return bpf_map_update_elem(&connections, &key, &fresh, BPF_ANY) ? XDP_DROP : XDP_PASS;
	}
	s->last = now;
	s->count++;
	if (s->count > 5) {
		bpf_map_delete_elem(&connections, &key);
		return XDP_TX;
	}
	return XDP_PASS;
}
