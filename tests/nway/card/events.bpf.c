// Events of all that a card can send: of lengths known at run time, longer than local memory's window, of nothing, with
// the packet behind, before and after its head has moved.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} samples SEC(".maps"), others SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} results SEC(".maps");

struct note {
	__u8 kind;
	__u32 length;
	__u16 more;
	__u64 last;
} __attribute__((packed));

static __always_inline void result(__u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&results, &key);

	if (v)
		__sync_fetch_and_add(v, n);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *bytes = (void *)(long)ctx->data;
	__u64 length = data_end - (void *)bytes;

	if ((void *)bytes + 64 > data_end)
		return XDP_DROP;
	struct note note = {bytes[12], length, bytes[13] << 8 | bytes[23], *(__u64 *)(bytes + 26)};
	__u8 kind = bytes[5];
	bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, &note, sizeof(note));
	if (kind & 1)
		bpf_perf_event_output(ctx, &others, BPF_F_CURRENT_CPU, &note, kind & 15);
	if (kind & 2)
		bpf_perf_event_output(ctx, &others, BPF_F_CURRENT_CPU | 14ull << 32, &note, 0);
	if (kind & 4) {
		__u32 much[25];
		for (int i = 0; i < 25; i++)
			much[i] = length * (i + 1) + kind;
		bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, much, sizeof(much));
	}
	bytes[6] ^= 0x55;
	result(0, bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU | 20ull << 32, &note, 1));
	if (kind & 8) {
		if (bpf_xdp_adjust_head(ctx, kind & 16 ? -8 : 4))
			return XDP_ABORTED;
		bytes = (void *)(long)ctx->data;
		data_end = (void *)(long)ctx->data_end;
		if ((void *)bytes + 10 > data_end)
			return XDP_ABORTED;
		bytes[0] = 0xee;
		bytes[9] = kind;
		length = data_end - (void *)bytes;
	}
	result(1, bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU | length << 32, &note, 8));
	result(2, bpf_perf_event_output(ctx, &others, BPF_F_CURRENT_CPU | (length + (kind >> 6)) << 32, &note, 0));
	return kind & 32 ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
