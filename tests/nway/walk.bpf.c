// Callbacks: bpf_for_each_map_elem over arrays, bpf_loop. Byte 22 of a packet chooses what is done,
// bytes 26 to 29 are a number.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct bpf_map;

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

struct account {
	__u64 packets;
	__u32 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u16);
} weights SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps");

struct search {
	__u32 wanted, place;
	__u64 sum;
};

static __always_inline void keep(__u32 place, __s64 value)
{
	__s64 *kept = bpf_map_lookup_elem(&results, &place);

	if (kept)
		*kept = *kept * 3 + value;
}

static long find(struct bpf_map *map, const __u32 *key, struct account *a, struct search *s)
{
	s->sum += a->packets;
	if (a->last == s->wanted) {
		s->place = *key;
		return 1;
	}
	return 0;
}

// Looks for the last one that had the number, and counts there; else in one that the number
// chooses.
SEC("xdp")
int search(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct search s = { f->value & 7, f->value % 6, 0 };
	long rounds = bpf_for_each_map_elem(&accounts, find, &s, 0);
	struct account *a = bpf_map_lookup_elem(&accounts, &s.place);

	keep(0, rounds * 100 + s.sum);
	if (!a)
		return XDP_ABORTED;
	a->packets++;
	a->last = s.wanted;
	return rounds == 6 ? XDP_PASS : XDP_TX;
}

static long age(struct bpf_map *map, __u32 *key, __u16 *weight, void *unused)
{
	*weight = *weight * 3 + *key;
	return 0;
}

static long add(struct bpf_map *map, __u32 *key, __u16 *weight, __u64 *sum)
{
	*sum += *weight + *key;
	return *weight > 60000;
}

// Every element is changed; then they are added up.
SEC("xdp")
int change(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u64 sum = f->action;

	if (f->action & 1)
		keep(1, bpf_for_each_map_elem(&weights, age, (void *)0, 0));
	if (f->action & 2)
		keep(0, bpf_for_each_map_elem(&weights, add, &sum, 0));
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

struct total {
	__u64 sum;
	__u32 stop;
};

static long step(__u32 index, struct total *t)
{
	__u32 place = index % 3;
	__u16 *weight = bpf_map_lookup_elem(&weights, &place);

	if (weight)
		t->sum += *weight += index;
	return index == t->stop;
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct total t = { 0, f->value & 15 };

	keep(0, bpf_loop(f->action & 7, step, &t, 0));
	keep(1, t.sum);
	return t.sum & 1 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
