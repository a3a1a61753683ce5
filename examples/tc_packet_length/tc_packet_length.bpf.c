// SPDX-License-Identifier: Apache-2.0
// The packet-length monitor of tc's primers: prints how long every packet is. In the kernel the lines appear in
// /sys/kernel/tracing/trace_pipe, in a simulation among the results of the packet.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("tc")
int tc_packet_length(struct __sk_buff *skb)
{
	bpf_printk("len=%d", skb->len);
	return TC_ACT_OK;
}

// Tracing helpers are for programs under the GPL only; the kernel checks this string.
char LICENSE[] SEC("license") = "GPL";
