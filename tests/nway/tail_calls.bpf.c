// Entries that tail-call, one a case, and what they call. Each packet chooses by its bytes 6 and 7.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct scratch {
	__u32 choice, seen;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

int tx(struct xdp_md *ctx);
int drop(struct xdp_md *ctx);
int middle(struct xdp_md *ctx);
int marks(struct xdp_md *ctx);
int uses_scratch(struct xdp_md *ctx);
int prints(struct xdp_md *ctx);

enum { TX, DROP, MIDDLE, MARKS = 5, SCRATCH, PRINTS = 9, SLOTS = 11 };

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = {
		[TX] = (void *)&tx,
		[DROP] = (void *)&drop,
		[MIDDLE] = (void *)&middle,
		[MARKS] = (void *)&marks,
		[SCRATCH] = (void *)&uses_scratch,
		[8] = (void *)&tx, // the same program in two slots
		[PRINTS] = (void *)&prints,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(void *));
} second SEC(".maps") = {
	.values = { [1] = (void *)&marks },
};

static __always_inline void count(__u32 what)
{
	__u64 *packets = bpf_map_lookup_elem(&counts, &what);

	if (packets)
		__sync_fetch_and_add(packets, 1);
}

static __always_inline unsigned char *bytes(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	return data + 20 > end ? 0 : data;
}

SEC("xdp")
int tx(struct xdp_md *ctx)
{
	count(0);
	return XDP_TX;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	count(1);
	return XDP_DROP;
}

// Writes into the packet, wherever its head is now.
SEC("xdp")
int marks(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);

	count(2);
	if (!p)
		return XDP_ABORTED;
	p[0] ^= 0xa5;
	p[13] += 7;
	return p[7] & 1 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int middle(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);

	count(3);
	if (p)
		p[1] = 0x11;
	bpf_tail_call(ctx, &second, p ? p[7] & 3 : 0);
	count(4);
	return XDP_PASS;
}

SEC("xdp")
int uses_scratch(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);

	if (!s)
		return XDP_ABORTED;
	s->seen++;
	return s->choice & 4 ? XDP_DROP : XDP_TX;
}

SEC("xdp")
int prints(struct xdp_md *ctx)
{
	unsigned random = bpf_get_prandom_u32();

	bpf_printk("tail %u", random & 0xff);
	return random & 1 ? XDP_PASS : XDP_DROP;
}

// ---- entries ----

SEC("xdp")
int one_slot(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, TX);
	count(5);
	return XDP_DROP;
}

SEC("xdp")
int empty_slot(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 4);
	count(5);
	return XDP_DROP;
}

SEC("xdp")
int small_index(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);

	if (!p)
		return XDP_ABORTED;
	bpf_tail_call(ctx, &jumps, p[6] & 15);
	count(5);
	return XDP_PASS;
}

SEC("xdp")
int any_index(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);
	__u64 index;

	if (!p)
		return XDP_ABORTED;
	index = p[6] & 3;
	if (p[7] & 1)
		index |= 1ull << (p[7] >> 3); // out of range, but for a few
	bpf_tail_call(ctx, &jumps, index);
	count(5);
	return XDP_PASS;
}

// marks stands behind middle and is called directly as well.
SEC("xdp")
int two_ways(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);

	if (!p)
		return XDP_ABORTED;
	if (p[6] & 1)
		bpf_tail_call(ctx, &jumps, MARKS);
	else
		bpf_tail_call(ctx, &jumps, MIDDLE);
	return XDP_ABORTED;
}

SEC("xdp")
int moved_head(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);

	if (!p)
		return XDP_ABORTED;
	p[4] = 0x77;
	if (bpf_xdp_adjust_head(ctx, p[6] & 1 ? 4 : -8))
		return XDP_DROP;
	p = bytes(ctx);
	if (!p)
		return XDP_ABORTED;
	p[2] = 0x22;
	bpf_tail_call(ctx, &jumps, MIDDLE);
	return XDP_DROP;
}

SEC("xdp")
int cut_tail(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_tail(ctx, -3))
		return XDP_DROP;
	bpf_tail_call(ctx, &jumps, MARKS);
	return XDP_PASS;
}

SEC("xdp")
int through_scratch(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);

	if (!p || !s)
		return XDP_ABORTED;
	s->choice = p[6];
	bpf_tail_call(ctx, &jumps, SCRATCH);
	return XDP_PASS;
}

SEC("xdp")
int random_numbers(struct xdp_md *ctx)
{
	if (bpf_get_prandom_u32() & 1)
		bpf_tail_call(ctx, &jumps, PRINTS);
	bpf_printk("no tail");
	return XDP_PASS;
}

SEC("xdp")
int redirect_first(struct xdp_md *ctx)
{
	bpf_redirect(2, 0);
	bpf_tail_call(ctx, &jumps, DROP);
	return XDP_REDIRECT;
}

// A tail call in a subprogram comes back to its caller, with the other program's result.
static __attribute__((noinline)) int in_subprogram(struct xdp_md *ctx)
{
	unsigned char *p = bytes(ctx);
	int result = 4;

	if (p)
		bpf_tail_call(ctx, &jumps, p[6] & 1 ? DROP : MIDDLE);
	asm volatile("" : "+r"(result));
	return result;
}

SEC("xdp")
int from_subprogram(struct xdp_md *ctx)
{
	int result = in_subprogram(ctx);

	count(6 + (result & 7));
	return result == XDP_DROP ? XDP_TX : result;
}

struct rounds {
	struct xdp_md *ctx;
	int sum;
};

static long one_round(__u32 round, struct rounds *rounds)
{
	rounds->sum += in_subprogram(rounds->ctx);
	return 0;
}

// From a subprogram of a callback, three times.
SEC("xdp")
int from_callback(struct xdp_md *ctx)
{
	struct rounds rounds = { ctx, 0 };

	bpf_loop(3, one_round, &rounds, 0);
	count(14);
	return rounds.sum == 3 * XDP_DROP ? XDP_TX : XDP_PASS;
}

static __attribute__((noinline)) int to_drop(struct xdp_md *ctx)
{
	int result = 100;

	bpf_tail_call(ctx, &jumps, DROP);
	asm volatile("" : "+r"(result));
	return result;
}

// 40 are tried, 33 are done.
SEC("xdp")
int too_many(struct xdp_md *ctx)
{
	int sum = 0;

	for (int i = 0; i < 40; i++)
		sum += to_drop(ctx);
	return sum == 33 * XDP_DROP + 7 * 100 ? XDP_TX : sum;
}

char LICENSE[] SEC("license") = "GPL";
