// SPDX-License-Identifier: Apache-2.0
// A wire between two ports: what comes in at one leaves at the other, without a map.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 left_ifindex = 1;
const volatile __u32 right_ifindex = 2;

SEC("xdp")
int redirect_port(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex == left_ifindex)
		return bpf_redirect(right_ifindex, 0);
	if (ctx->ingress_ifindex == right_ifindex)
		return bpf_redirect(left_ifindex, 0);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Apache-2.0";
