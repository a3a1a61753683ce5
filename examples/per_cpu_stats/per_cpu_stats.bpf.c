// SPDX-License-Identifier: Apache-2.0
// Packets and bytes for each verdict in a per-CPU array, and for each EtherType in a per-CPU hash: nobody else writes
// to these entries, so no atomic operation is needed.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDP_REDIRECT + 1);
	__type(key, __u32); // verdict
	__type(value, struct counters);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 32);
	__type(key, __be16); // EtherType
	__type(value, struct counters);
} types SEC(".maps");

static __always_inline void count(struct counters *counters, __u64 bytes)
{
	if (!counters)
		return;
	counters->packets += 1;
	counters->bytes += bytes;
}

SEC("xdp")
int per_cpu_stats(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 bytes = data_end - data;
	__u32 verdict = XDP_PASS;
	struct ethhdr *eth = data;
	__be16 type;

	if ((void *)(eth + 1) > data_end) {
		verdict = XDP_DROP;
	} else {
		type = eth->h_proto;
		count(bpf_map_lookup_elem(&types, &type), bytes);
		if (eth->h_dest[0] & 1)
			verdict = XDP_DROP; // group addresses
	}
	count(bpf_map_lookup_elem(&verdicts, &verdict), bytes);
	return verdict;
}

char LICENSE[] SEC("license") = "Apache-2.0";
