// SPDX-License-Identifier: Apache-2.0
// Sends every frame back to where it came from.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int mac_swap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u16 *word = data, first[3];

	if (data + sizeof(struct ethhdr) > data_end)
		return XDP_DROP;
	first[0] = word[0];
	first[1] = word[1];
	first[2] = word[2];
	word[0] = word[3];
	word[1] = word[4];
	word[2] = word[5];
	word[3] = first[0];
	word[4] = first[1];
	word[5] = first[2];
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
