// SPDX-License-Identifier: Apache-2.0
// Words copied one after another through one register, which is used afterwards and must then have the last
// word: the Linux driver gathers such copies and leaves the first one in it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define COPY(size, step)                                                                          \
	asm volatile("%[last] = *(" size " *)(%[from] + 0)\n"                                      \
		     "*(" size " *)(%[to] + 0) = %[last]\n"                                        \
		     "%[last] = *(" size " *)(%[from] + " step ")\n"                               \
		     "*(" size " *)(%[to] + " step ") = %[last]\n"                                 \
		     : [last] "=&r"(last)                                                          \
		     : [from] "r"(data + 16), [to] "r"(data + 40)                                  \
		     : "memory")

SEC("xdp")
int copies(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 last;

	if (data + 60 > end)
		return XDP_PASS;
	switch (*(__u8 *)(data + 15) & 3) {
	case 0:
		COPY("u8", "1");
		break;
	case 1:
		COPY("u16", "2");
		break;
	case 2:
		COPY("u32", "4");
		break;
	default:
		COPY("u64", "8");
	}
	*(__u64 *)data = last;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
