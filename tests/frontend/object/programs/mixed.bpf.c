// SPDX-License-Identifier: Apache-2.0
// Old and new map definitions in one object.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct bpf_map_def {
	__u32 type, key_size, value_size, max_entries, map_flags;
};

struct bpf_map_def SEC("maps") before = { BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} after SEC(".maps");

SEC("xdp")
int mixed(struct xdp_md *ctx)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&before, &zero) && bpf_map_lookup_elem(&after, &zero) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
