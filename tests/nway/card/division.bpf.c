// SPDX-License-Identifier: Apache-2.0
// Divisions by numbers from the packet are loops; what is behind one is also reached past it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int division(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 a, b, r;

	if (p + 64 > end)
		return XDP_PASS;
	a = *(__u32 *)(p + 16);
	b = *(__u32 *)(p + 20) & 0xffff;
	if ((p[15] & 3) == 1) {
		r = a / b;
	} else {
		r = *(__u32 *)(p + 28);
		if ((p[15] & 3) == 2)
			r += *(__u32 *)(p + 32);
	}
	*(__u32 *)(p + 24) = r;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
