// SPDX-License-Identifier: Apache-2.0
// Programs whose section names say all, nothing, or that they see no packets.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct pt_regs;

SEC("prog")
int plain_xdp(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

SEC("filter")
int plain_tc(struct __sk_buff *skb)
{
	return skb->data_end - skb->data > 100 ? 2 : 0;
}

SEC("silent")
int nothing(void *ctx)
{
	return 1;
}

SEC("kprobe/do_exit")
int probe(struct pt_regs *ctx)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_write")
int trace(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
