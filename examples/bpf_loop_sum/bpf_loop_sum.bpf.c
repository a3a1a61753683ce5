// SPDX-License-Identifier: Apache-2.0
// Sums up the first 64 bytes of the packet with bpf_loop(): the kernel calls a function of the program for each step,
// and stops early if it returns 1.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define WORDS 16

struct state {
	struct xdp_md *ctx;
	__u32 sum;
	__u32 words;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WORDS + 1);
	__type(key, __u32); // words that there were
	__type(value, __u64); // packets
} words SEC(".maps");

static long add_word(__u32 index, void *argument)
{
	struct state *state = argument;
	void *data = (void *)(long)state->ctx->data;
	void *data_end = (void *)(long)state->ctx->data_end;
	__u32 *word;

	word = data + (index & (WORDS - 1)) * 4; // the mask is for verifiers that don't know the range of index
	if ((void *)(word + 1) > data_end)
		return 1;
	state->sum += bpf_ntohl(*word);
	state->words += 1;
	return 0;
}

SEC("xdp")
int bpf_loop_sum(struct xdp_md *ctx)
{
	struct state state = { .ctx = ctx };
	__u64 *packets;

	bpf_loop(WORDS, add_word, &state, 0);
	packets = bpf_map_lookup_elem(&words, &state.words);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return state.sum & 1 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
