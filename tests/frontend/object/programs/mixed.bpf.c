// SPDX-License-Identifier: Apache-2.0
// Old and new map definitions in one object, as where the loader fills one program array by the
// names of sections: maps of SEC(".maps") around one of SEC("maps") that only iproute2's structure
// can give an id, and a static program in its slot.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct bpf_elf_map SEC("maps") before = { BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0, 3, 0, 0, 0 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} after SEC(".maps");

struct bpf_elf_map SEC("maps") jumps = { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 3, 0, 2, 0, 0, 0 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64);
} behind SEC(".maps");

__attribute__((used)) SEC("2/1") static int called(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	__u32 zero = 0;

	if (!bpf_map_lookup_elem(&before, &zero) || !bpf_map_lookup_elem(&after, &zero))
		return XDP_DROP;
	if (bpf_map_lookup_elem(&behind, &zero))
		bpf_tail_call(ctx, &jumps, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
