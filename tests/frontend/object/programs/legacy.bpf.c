// SPDX-License-Identifier: Apache-2.0
// Map definitions of the days before BTF, in the form of libbpf 0.x and (with -DIPROUTE2) of iproute2.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifdef IPROUTE2
struct bpf_elf_map {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};
#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES, ID, INNER)                                                 \
	struct bpf_elf_map SEC("maps") NAME = { TYPE, KEY, VALUE, ENTRIES, 0, ID, 2, INNER, 0 }
#else
struct bpf_map_def {
	__u32 type, key_size, value_size, max_entries, map_flags, inner_map_idx, numa_node;
};
#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES, ID, INNER)                                                 \
	struct bpf_map_def SEC("maps") NAME = { TYPE, KEY, VALUE, ENTRIES, 0, INNER, 0 }
#endif

MAP(packets, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 256, 10, 0);
MAP(members, BPF_MAP_TYPE_HASH, 6, 16, 3000000, 11, 0);
#ifdef IPROUTE2
MAP(groups, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2, 12, 11);
#else
MAP(groups, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2, 12, 1);
#endif
MAP(events, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0, 13, 0);

__u32 seen;

SEC("xdp_prog1")
int legacy(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 zero = 0;
	__u64 *count;

	if (data + 14 > data_end)
		return XDP_DROP;
	count = bpf_map_lookup_elem(&packets, &zero);
	if (count)
		*count += 1;
	if (bpf_map_lookup_elem(&members, data + 6))
		seen += 1;
	if (bpf_map_lookup_elem(&groups, &zero))
		return XDP_TX;
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &zero, 4);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
