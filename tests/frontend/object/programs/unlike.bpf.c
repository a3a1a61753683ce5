// SPDX-License-Identifier: Apache-2.0
// A slot of a map of maps holds an array that is larger than those that it may hold.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct small {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} large SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct small);
} outer SEC(".maps") = {
	.values = { [1] = (void *)&large },
};

SEC("xdp")
int unlike(struct xdp_md *ctx)
{
	__u32 one = 1;

	return bpf_map_lookup_elem(&outer, &one) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
