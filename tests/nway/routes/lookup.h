// The packet behind its Ethernet header is what a look-up is asked, and becomes what it answers: struct bpf_fib_lookup,
// 8 bytes of flags, 8 bytes of the result.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

struct question {
	struct ethhdr eth;
	struct bpf_fib_lookup fib;
	__u64 flags;
	__s64 result;
} __attribute__((packed));

static __always_inline long ask(void *ctx, struct question *q, __u64 flags)
{
	struct bpf_fib_lookup fib;

	__builtin_memcpy(&fib, &q->fib, sizeof(fib));
	q->result = bpf_fib_lookup(ctx, &fib, sizeof(fib), flags);
	__builtin_memcpy(&q->fib, &fib, sizeof(fib));
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_fib_lookup);
} last SEC(".maps");

// The struct may be a map's value, too.
static __always_inline long ask_in_map(void *ctx, struct question *q, __u64 flags)
{
	__u32 key = 0;
	struct bpf_fib_lookup *fib = bpf_map_lookup_elem(&last, &key);

	if (!fib)
		return 0;
	__builtin_memcpy(fib, &q->fib, sizeof(*fib));
	q->result = bpf_fib_lookup(ctx, fib, sizeof(*fib), flags);
	__builtin_memcpy(&q->fib, fib, sizeof(*fib));
	return 0;
}

#define LOOK_UP(section, name, context, how, flags, pass) \
	SEC(section) int name(struct context *ctx) \
	{ \
		struct question *q = (void *)(long)ctx->data; \
\
		if ((void *)(q + 1) > (void *)(long)ctx->data_end) \
			return pass; \
		how(ctx, q, flags); \
		return pass; \
	}
