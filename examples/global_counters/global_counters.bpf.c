// SPDX-License-Identifier: Apache-2.0
// Global variables: constants that the host sets before loading (.rodata), variables with and without an initial
// value (.data, .bss), an array of them with an index known only at run time.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 sizes = 12; // size classes in use
const volatile __u8 drop_odd = 0;

__u64 budget = 1000; // packets that may still pass; the host can refill it

__u64 packets;
__u64 histogram[16]; // of packet lengths, by their logarithm to base 2
__u16 last_protocol;

static __always_inline __u32 log2_of(__u32 x)
{
	__u32 result = 0;

	for (int shift = 8; shift; shift >>= 1) {
		if (x >> shift) {
			x >>= shift;
			result += shift;
		}
	}
	return result;
}

SEC("xdp")
int global_counters(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 size = log2_of((data_end - data) & 0xffff);

	__sync_fetch_and_add(&packets, 1);
	if (size >= sizes)
		size = sizes - 1;
	histogram[size & 15] += 1;
	if ((void *)(eth + 1) <= data_end)
		last_protocol = bpf_ntohs(eth->h_proto);

	if (drop_odd && (data_end - data) & 1)
		return XDP_DROP;
	if (budget == 0)
		return XDP_DROP;
	budget -= 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
