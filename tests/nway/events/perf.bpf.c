// Samples of what a perf event array takes: lengths, slots, flags that Linux refuses.
#include "programs.h"

PERF(samples, 4);
PERF(others, 0);
RESULTS;

struct note {
	__u8 kind;
	__u32 length; // three bytes of padding in front of it
	__u16 more;
};

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	BEGIN;
	__u8 *bytes = data;
	__u32 length = data_end - data;

	if (bytes + 14 > (__u8 *)data_end)
		return XDP_DROP;
	struct note note;
	note.kind = bytes[12];
	note.length = length;
	note.more = bytes[13];
	NOTE(0, bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, &note, sizeof(note)));
	NOTE(1, bpf_perf_event_output(ctx, &samples, bytes[0] & 7, &note, 3));
	NOTE(2, bpf_perf_event_output(ctx, &others, bytes[1], &note, bytes[2] & 7));
	NOTE(3, bpf_perf_event_output(ctx, &others, BPF_F_CURRENT_CPU | (__u64)(bytes[3] & 15) << 52, &note, 1));
	if (bytes[4] & 1)
		NOTE(4, bpf_perf_event_output(ctx, &others, BPF_F_CURRENT_CPU, bytes + 4 < (__u8 *)data_end ? &note : &note, 0));
	return XDP_PASS;
}
