// A few bytes of the packet behind a record: they come with the header's fields. Once before the packet is written, once
// behind it.
#include "programs.h"

PERF(samples, 0);
RESULTS;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	BEGIN;
	__u8 *bytes = data;
	__u64 length = data_end - data, copied = length < 64 ? length : 64;
	__u64 mark = length << 32 | 0xabcd;

	if (bytes + 20 > (__u8 *)data_end)
		return XDP_DROP;
	NOTE(0, bpf_perf_event_output(ctx, &samples, copied << 32 | BPF_F_CURRENT_CPU, &mark, sizeof(mark)));
	bytes[3] ^= 0xff;
	bytes[16] = bytes[5];
	NOTE(1, bpf_perf_event_output(ctx, &samples, copied << 32 | BPF_F_CURRENT_CPU, &mark, 5));
	NOTE(2, bpf_perf_event_output(ctx, &samples, (copied + bytes[7]) << 32 | BPF_F_CURRENT_CPU, &mark, 5));
	return XDP_TX;
}
