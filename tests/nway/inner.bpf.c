// Maps that are chosen while a packet is there: maps of maps, and branches. Byte 23 of a packet chooses the map, bytes
// 26 to 29 are the key, byte 22 chooses what is done.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct fields {
	__u8 ethernet[22];
	__u8 action, map;
	__u16 unused;
	__u32 key;
} __attribute__((packed));

#define FIELDS(ctx)                                                                                \
	struct fields *f = (void *)(long)(ctx)->data;                                              \
	if ((void *)(f + 1) > (void *)(long)(ctx)->data_end)                                       \
		return XDP_PASS

struct array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 20);
	__type(key, __u32);
	__type(value, __u64);
};

struct hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 12);
	__type(key, __u32);
	__type(value, __u64);
};

struct lru {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
};

struct prefix {
	__u32 length;
	__u32 address;
};

struct trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 12);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct prefix)); // clang leaves out types that only inner maps use
	__uint(value_size, sizeof(__u32));
};

struct array first SEC(".maps"), second SEC(".maps");
struct hash known SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct array);
} arrays SEC(".maps") = {
	.values = { [0] = &first, [2] = &second, [3] = &first },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 16);
	__type(key, __u16);
	__array(values, struct hash);
} hashes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct lru);
} lrus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct trie);
} tries SEC(".maps");

// Counts in one of several arrays.
SEC("xdp")
int counters(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 slot = f->map & 7, key = f->key & 31;
	void *map = bpf_map_lookup_elem(&arrays, &slot);
	__u64 *value, number = f->key;

	if (!map)
		return XDP_DROP;
	value = bpf_map_lookup_elem(map, &key);
	if (value)
		*value += f->action;
	if (f->action & 1)
		return bpf_map_update_elem(map, &key, &number, BPF_ANY) ? XDP_TX : XDP_PASS;
	return value ? XDP_PASS : XDP_ABORTED;
}

// The same array through the map of maps and by its name.
SEC("xdp")
int two_ways(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 slot = 2, key = f->key & 7;
	__u64 *here = bpf_map_lookup_elem(&second, &key), *there;
	void *map;

	if (here)
		*here += 1;
	map = bpf_map_lookup_elem(&arrays, &slot);
	if (!map)
		return XDP_DROP;
	there = bpf_map_lookup_elem(map, &key);
	if (there)
		*there += 2;
	return here && *here & 8 ? XDP_TX : XDP_PASS;
}

// Looks up and changes values, but inserts nothing.
SEC("xdp")
int look_up(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u16 slot = f->map & 15;
	__u32 key = f->key & 15;
	void *map = bpf_map_lookup_elem(&hashes, &slot);
	__u64 *value;

	if (!map)
		return XDP_DROP;
	value = bpf_map_lookup_elem(map, &key);
	if (!value)
		return XDP_ABORTED;
	__sync_fetch_and_add(value, 1);
	return *value & 2 ? XDP_TX : XDP_PASS;
}

// Inserts and deletes.
SEC("xdp")
int change(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u16 slot = f->map & 3;
	__u32 key = f->key & 15;
	__u64 value = f->action;
	void *map = bpf_map_lookup_elem(&hashes, &slot);

	if (!map)
		map = &known;
	if ((f->action & 3) == 3)
		return bpf_map_delete_elem(map, &key) ? XDP_DROP : XDP_PASS;
	return bpf_map_update_elem(map, &key, &value, BPF_ANY) ? XDP_ABORTED : XDP_TX;
}

static __noinline void *table_of(__u32 slot)
{
	return bpf_map_lookup_elem(&lrus, &slot);
}

SEC("xdp")
int least_used(struct xdp_md *ctx)
{
	FIELDS(ctx);
	void *map = table_of(f->map & 3);
	__u32 key = f->key & 63;
	__u64 one = 1, *value;

	if (!map)
		return XDP_DROP;
	value = bpf_map_lookup_elem(map, &key);
	if (!value)
		return bpf_map_update_elem(map, &key, &one, BPF_NOEXIST) ? XDP_ABORTED : XDP_TX;
	*value += 1;
	return XDP_PASS;
}

SEC("xdp")
int routes(struct xdp_md *ctx)
{
	FIELDS(ctx);
	struct prefix key = { .length = 32, .address = f->key };
	__u32 slot = f->map & 3, *value;
	void *map = bpf_map_lookup_elem(&tries, &slot);

	if (!map)
		return XDP_DROP;
	value = bpf_map_lookup_elem(map, &key);
	return value ? *value & 3 : XDP_ABORTED;
}

// No map of maps: a branch chooses.
SEC("xdp")
int branches(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 key = f->key & 15;
	void *map = f->map & 1 ? (void *)&first : f->map & 2 ? (void *)&second : (void *)&known;
	__u64 one = 1, *value = bpf_map_lookup_elem(map, &key);

	if (!value)
		return bpf_map_update_elem(map, &key, &one, BPF_ANY) ? XDP_ABORTED : XDP_DROP;
	*value += 1;
	return *value & 1 ? XDP_PASS : XDP_TX;
}

// An address of a map in memory, and through a call.
SEC("xdp")
int kept(struct xdp_md *ctx)
{
	FIELDS(ctx);
	__u32 slot = f->map & 7, key = f->key & 7;
	void *map[2] = { bpf_map_lookup_elem(&arrays, &slot), &second };
	void *chosen = *(void *volatile *)&map[0];
	__u64 *value;

	if (!chosen)
		chosen = map[1];
	value = bpf_map_lookup_elem(chosen, &key);
	if (value)
		*value += 1;
	return value ? XDP_PASS : XDP_DROP;
}

// The address of a map of maps in memory: what r1 held before is no hint.
SEC("xdp")
__attribute__((naked)) int spilled(struct xdp_md *ctx)
{
	asm volatile("r1 = %[outer] ll;"
		     "*(u64 *)(r10 - 8) = r1;"
		     "r3 = 2;"
		     "*(u32 *)(r10 - 12) = r3;"
		     "r2 = r10;"
		     "r2 += -12;"
		     "r1 = %[known] ll;"
		     "r1 = *(u64 *)(r10 - 8);"
		     "call 1;"
		     "if r0 == 0 goto 1f;"
		     "r1 = r0;"
		     "r2 = r10;"
		     "r2 += -12;"
		     "call 1;"
		     "if r0 == 0 goto 1f;"
		     "r1 = *(u64 *)(r0 + 0);"
		     "r1 += 5;"
		     "*(u64 *)(r0 + 0) = r1;"
		     "r0 = 2;"
		     "exit;"
		     "1: r0 = 1;"
		     "exit;" ::[outer] "i"(&arrays),
		     [known] "i"(&second)
		     : "memory");
}

char _license[] SEC("license") = "GPL";
