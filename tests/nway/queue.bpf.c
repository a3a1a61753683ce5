// Queues and stacks. Byte 22 of a packet chooses what is done, bytes 26 to 29 are the value.
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

struct pair {
	__u32 value;
	__u16 more;
	__u8 odd[3];
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 5);
	__type(value, __u32);
} line SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 4);
	__type(value, struct pair);
} pile SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps"); // by action and flags: what helpers returned, and what was taken

static __always_inline void keep(__u32 place, __s64 value)
{
	__s64 *kept;

	place &= 63;
	kept = bpf_map_lookup_elem(&results, &place);
	if (kept)
		*kept = *kept * 3 + value;
}

SEC("xdp")
int queue(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 value = f->value;
	long error = 0;

	switch (f->action & 3) {
	case 0:
		error = bpf_map_push_elem(&line, &value, f->flags & 3);
		break;
	case 1:
		error = bpf_map_pop_elem(&line, &value);
		break;
	case 2:
		error = bpf_map_peek_elem(&line, &value);
		break;
	case 3:
		error = bpf_map_push_elem(&line, &value, BPF_EXIST);
		break;
	}
	keep(f->action & 3, error * 1000 + value);
	return error ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stack(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct pair pair = { f->value, f->action, { f->flags, 1, 2 } };
	long error = 0;

	if (f->action & 1)
		error = bpf_map_push_elem(&pile, &pair, f->flags & 2);
	else if (f->action & 2)
		error = bpf_map_pop_elem(&pile, &pair);
	else
		error = bpf_map_peek_elem(&pile, &pair);
	keep(f->action & 3, error * 1000 + pair.value + pair.more + pair.odd[0] + pair.odd[2]);
	return error ? XDP_DROP : XDP_TX;
}

// Several in one packet: what was pushed comes out.
SEC("xdp")
int both(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct pair pair = { f->value, 7 };
	__u32 value = f->value, taken = 0, next = 0;

	bpf_map_push_elem(&line, &value, 0);
	if (f->action & 1)
		bpf_map_pop_elem(&line, &taken);
	bpf_map_peek_elem(&line, &next);
	pair.more = taken;
	if (f->action & 2)
		bpf_map_push_elem(&pile, &pair, BPF_EXIST);
	keep(8, (__s64)taken - next);
	return taken == value ? XDP_TX : XDP_PASS;
}

// Only takes away: values that the host put there.
SEC("xdp")
int drain(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 value;

	return bpf_map_pop_elem(&line, &value) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
