// SPDX-License-Identifier: Apache-2.0
// 64-bit shifts by numbers from the packet, a multiplication and a division by 7; the result goes back into the frame.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

struct numbers {
	__u64 word;
	__u32 factor;
	__u8 left, right, reserved[2];
};

SEC("xdp")
int arithmetic(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct numbers *n = data + sizeof(struct ethhdr);
	__u64 word;
	__u32 product;

	if ((void *)(n + 1) > data_end)
		return XDP_DROP;
	word = n->word << (n->left & 63);
	word ^= n->word >> (n->right & 63);
	product = (__u32)word * n->factor;
	n->word = word + product;
	n->factor = product / 7;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
