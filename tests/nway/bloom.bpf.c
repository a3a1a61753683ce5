// Bloom filters. Byte 22 of a packet chooses what is done, bytes 26 to 29 are the value.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct fields {
	__u8 ethernet[22];
	__u8 action, flags;
	__u16 unused;
	__u32 value;
} __attribute__((packed));

#define FIELDS(ctx)                                                                                \
	struct fields *f = (void *)(long)(ctx)->data;                                              \
	if ((void *)(f + 1) > (void *)(long)(ctx)->data_end)                                       \
		return XDP_PASS

struct odd {
	__u32 value;
	__u16 more;
	__u8 last;
} __attribute__((packed));

struct large {
	__u64 part[4];
	__u32 end;
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 20);
	__type(value, __u32);
} words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 3);
	__uint(map_extra, 2);
	__type(value, struct odd);
} odds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 100);
	__uint(map_extra, 3);
	__type(value, struct large);
} larges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps"); // what helpers returned

static __always_inline void keep(__u32 place, __s64 value)
{
	__s64 *kept = bpf_map_lookup_elem(&results, &place);

	if (kept)
		*kept = *kept * 3 + value;
}

SEC("xdp")
int word(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 value = f->value;
	long error;

	if (f->action & 1)
		error = bpf_map_push_elem(&words, &value, f->flags & 1);
	else
		error = bpf_map_peek_elem(&words, &value);
	keep(f->action & 1, error);
	return error ? XDP_DROP : XDP_PASS;
}

// What is put in is there.
SEC("xdp")
int odd(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct odd value = { f->value & 0xff, f->action & 3, 7 };
	long error = bpf_map_peek_elem(&odds, &value);

	keep(0, error);
	if (f->action & 4)
		keep(1, bpf_map_push_elem(&odds, &value, BPF_ANY));
	return bpf_map_peek_elem(&odds, &value) ? XDP_DROP : error ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int large(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct large value = { { f->value, f->action & 7, 1, f->value >> 1 }, 5 };

	if (f->action & 1)
		return bpf_map_push_elem(&larges, &value, BPF_ANY) ? XDP_ABORTED : XDP_PASS;
	return bpf_map_peek_elem(&larges, &value) ? XDP_DROP : XDP_TX;
}

// Only asks: values that the host put there.
SEC("xdp")
int known(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 value = f->value & 0xff;

	return bpf_map_peek_elem(&words, &value) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
