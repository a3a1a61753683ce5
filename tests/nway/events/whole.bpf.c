// All of the packet behind a record of a length known only at run time, also after its head has moved and bytes were
// written, and once more at the end.
#include "programs.h"

PERF(samples, 0);
RESULTS;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	BEGIN;
	__u8 *bytes = data;
	__u64 length = data_end - data, mark[2] = {0x1122334455667788, length};

	if (bytes + 20 > (__u8 *)data_end)
		return XDP_DROP;
	__u8 kind = bytes[6], some = bytes[7] & 15;

	if (kind & 1) {
		bytes[1] = 0x5a;
		bytes[14] ^= 0x81;
	}
	NOTE(0, bpf_perf_event_output(ctx, &samples, length << 32 | BPF_F_CURRENT_CPU, mark, some));
	if (kind & 2) {
		if (bpf_xdp_adjust_head(ctx, kind & 4 ? -8 : 4))
			return XDP_ABORTED;
		bytes = (void *)(long)ctx->data;
		data_end = (void *)(long)ctx->data_end;
		if (bytes + 10 > (__u8 *)data_end)
			return XDP_ABORTED;
		bytes[0] = 0xee;
		bytes[9] = kind;
		length = data_end - (void *)bytes;
	}
	NOTE(1, bpf_perf_event_output(ctx, &samples, length << 32 | BPF_F_CURRENT_CPU, mark, 16));
	NOTE(2, bpf_perf_event_output(ctx, &samples, (length + (kind >> 6)) << 32 | BPF_F_CURRENT_CPU, mark, 1));
	return kind & 8 ? XDP_DROP : XDP_PASS;
}
