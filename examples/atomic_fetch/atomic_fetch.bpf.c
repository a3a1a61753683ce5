// SPDX-License-Identifier: Apache-2.0
// What atomic operations give back: numbers for packets without gaps (fetch-and-add), the one packet that was first
// (compare-and-swap), the time since the packet before (exchange), flags (fetch-or).
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct state {
	__u64 sequence;
	__u64 last; // ns
	__u32 first_length; // of the first packet, plus one
	__u32 sizes_seen; // a bit for each multiple of 64 bytes
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state);
} states SEC(".maps");

struct stamp {
	__be64 sequence;
	__be32 gap; // ns
};

SEC("xdp")
int atomic_fetch(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 zero = 0, length = data_end - data;
	__u64 now = bpf_ktime_get_ns(), number, before;
	struct stamp *stamp = data + sizeof(struct ethhdr);
	struct state *state;
	__u32 bit, sizes;

	state = bpf_map_lookup_elem(&states, &zero);
	if (!state)
		return XDP_ABORTED;
	number = __sync_fetch_and_add(&state->sequence, 1);
	before = __sync_lock_test_and_set(&state->last, now);
	bit = 1u << ((length / 64) & 31);
	sizes = __sync_fetch_and_or(&state->sizes_seen, bit);
	if (__sync_val_compare_and_swap(&state->first_length, 0, length + 1) == 0)
		return XDP_PASS; // the first packet goes on as it is

	if ((void *)(stamp + 1) > data_end)
		return XDP_DROP;
	stamp->sequence = bpf_cpu_to_be64(number);
	stamp->gap = bpf_htonl(now - before);
	return sizes & bit ? XDP_TX : XDP_PASS; // a size that was never seen before passes
}

char LICENSE[] SEC("license") = "GPL";
