// SPDX-License-Identifier: Apache-2.0
// Walks through the options of IPv4 headers, counts them by kind, and drops packets that ask to be routed by their
// sender (RFC 7126 advises so).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_OPTIONS 10 // a header holds 40 bytes of them

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LSRR = 131, // loose source and record route
	OPTION_SSRR = 137, // strict
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32); // kind
	__type(value, __u64); // how often it was seen
} kinds SEC(".maps");

SEC("xdp")
int ip_options(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 left, position = 0;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl < 5)
		return XDP_DROP;
	left = (ip->ihl - 5) * 4;

	for (int i = 0; i < MAX_OPTIONS; i++) {
		__u8 *option = (void *)(ip + 1) + position;
		__u32 kind, length = 1;
		__u64 *seen;

		if (position >= left)
			break;
		if ((void *)(option + 2) > data_end)
			return XDP_DROP;
		kind = option[0];
		seen = bpf_map_lookup_elem(&kinds, &kind);
		if (seen)
			__sync_fetch_and_add(seen, 1);

		if (kind == OPTION_END)
			break;
		if (kind == OPTION_LSRR || kind == OPTION_SSRR)
			return XDP_DROP;
		if (kind != OPTION_NOP)
			length = option[1];
		// A length of 0 or 1 would make no way; one beyond the header is a lie.
		if (length == 0 || (kind != OPTION_NOP && length == 1) || length > 40 || position + length > left)
			return XDP_DROP;
		position += length;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
