// SPDX-License-Identifier: Apache-2.0
// Cuts packets to their first 96 bytes before they go on, as a monitor does that wants only headers; what was cut off
// is counted.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 keep = 96;

struct {
	__u64 packets;
	__u64 bytes;
} cut;

SEC("xdp")
int trim(struct xdp_md *ctx)
{
	__u32 length = ctx->data_end - ctx->data;

	if (length <= keep)
		return XDP_TX;
	if (bpf_xdp_adjust_tail(ctx, (int)keep - (int)length))
		return XDP_ABORTED;
	__sync_fetch_and_add(&cut.packets, 1);
	__sync_fetch_and_add(&cut.bytes, length - keep);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
