// SPDX-License-Identifier: Apache-2.0
// Shifts of 64-bit numbers by what the packet says, 0 and 32 among it: the Linux driver's own
// translation depends on what a double shift by an indirect 0 gives.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct fields {
	__u8 dst[6], src[6];
	__u16 type;
	__u8 bytes[16];
	__u64 results[4];
} __attribute__((packed));

SEC("xdp")
int shifts(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct fields *f = data;
	__u64 value, by;

	if ((void *)(f + 1) > end)
		return XDP_PASS;
	value = *(__u64 *)f->bytes;
	by = f->bytes[8] & 63;
	f->results[0] = value << by;
	f->results[1] = value >> by;
	f->results[2] = (__s64)value >> by;
	f->results[3] = (__u32)value << (by & 31);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
