// SPDX-License-Identifier: Apache-2.0
// Makes short frames 128 bytes long. What bpf_xdp_adjust_tail() adds at the end is zero; the last byte gets a mark.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 least = 128;

SEC("xdp")
int pad(struct xdp_md *ctx)
{
	__u32 length = ctx->data_end - ctx->data;
	__u8 *data, *data_end;

	if (length >= least)
		return XDP_PASS;
	if (bpf_xdp_adjust_tail(ctx, least - length))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	if (data + 128 > data_end)
		return XDP_DROP;
	data[127] = 0xa5;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
