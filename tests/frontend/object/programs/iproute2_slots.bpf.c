// SPDX-License-Identifier: Apache-2.0
// Slots of a program array as iproute2 fills them: section "ID/SLOT".
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct bpf_elf_map SEC("maps") jumps = { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 3, 0, 7, 0, 0, 0 };
struct bpf_elf_map SEC("maps") numbers = { BPF_MAP_TYPE_ARRAY, 4, 4, 3, 0, 8, 0, 0, 0 };

SEC("7/1")
int called(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	return data + 20 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_TX;
}

SEC("7/3") // there is no such slot
int behind(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("8/0") // no program array
int beside(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
