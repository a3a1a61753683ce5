// SPDX-License-Identifier: Apache-2.0
// Prints the length of every packet. In the kernel the lines appear in /sys/kernel/tracing/trace_pipe, in a
// simulation among the results of the packet.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int packet_length(struct xdp_md *ctx)
{
	bpf_printk("packet of %u bytes", ctx->data_end - ctx->data);
	return XDP_PASS;
}

// Tracing helpers are for programs under the GPL only; the kernel checks this string.
char LICENSE[] SEC("license") = "GPL";
