// SPDX-License-Identifier: Apache-2.0
// Hands knowledge on to the next program (tc, AF_XDP) in the metadata in front of the packet: a class, and when the
// packet came.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct note {
	__u32 magic;
	__u32 class;
	__u64 received; // ns
};

SEC("xdp")
int meta(struct xdp_md *ctx)
{
	struct note *note;
	struct ethhdr *eth;
	struct iphdr *ip;
	void *data, *data_end;

	// The size must be a multiple of four; 32 bytes are the most that every driver takes.
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*note)))
		return XDP_ABORTED;

	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	note = (void *)(long)ctx->data_meta;
	if ((void *)(note + 1) > data)
		return XDP_ABORTED;

	note->magic = 0x70777770;
	note->class = 0;
	note->received = bpf_ktime_get_ns();

	eth = data;
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) <= data_end && eth->h_proto == bpf_htons(ETH_P_IP))
		note->class = 1 + (ip->tos >> 5);

	// Metadata can be read back, too: high classes bypass the stack.
	return note->class > 6 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
