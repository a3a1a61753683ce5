// SPDX-License-Identifier: Apache-2.0
// Most of what an object file can hold: BTF maps of several kinds, global data, subprograms that call each
// other, a callback, several programs, CO-RE relocations, a kernel function, weak externs.
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct value {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1000);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct value);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 24);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} stats SEC(".maps");

int first(struct xdp_md *ctx);
int second(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {
	.values = { [1] = &second, [3] = &first },
};

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u32);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [0] = &inner_b, [2] = &inner_a },
};

enum color { RED = 3, GREEN = -7 };

struct settings {
	__u8 mode;
	__u16 port;
	struct {
		__u32 address;
	};
	__u8 mac[6];
};

volatile const __u32 limit = 1500;
volatile const _Bool enabled = 1;
volatile const __s8 offset = -3;
volatile const __u64 big = 0x1122334455667788ull;
volatile const __u8 mac[6] = { 2, 0, 0, 0, 0, 1 };
volatile const char label[8] = "tour";
volatile const struct settings settings = { 1, 80, { 0x0a000001 }, { 6, 5, 4, 3, 2, 1 } };
volatile const enum color color = RED;
__u64 counter = 77;
static volatile __u32 hidden = 5;
__u32 zeroed[4];
__u16 last_zero;

struct node {
	int unused;
	__u32 bits : 5;
	__u32 more : 7;
	__u64 tail;
} __attribute__((preserve_access_index));

extern int bpf_missing_kernel_function(__u32 value) __ksym __weak;

static __noinline __u64 leaf(__u64 x)
{
	return x * 3 + hidden;
}

static __noinline __u64 branch(__u64 x)
{
	return leaf(x + 1) ^ leaf(x + counter);
}

__noinline int global_function(__u64 x)
{
	return branch(x) & 15;
}

static long visit(__u32 index, void *context)
{
	zeroed[index & 3] += leaf(index);
	return 0;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 key = 1;
	struct value *v;
	struct node node = { .unused = bpf_core_field_offset(struct node, tail) };

	if (data + 14 > data_end || !enabled)
		return XDP_PASS;
	if (bpf_core_type_exists(struct node) && bpf_core_enum_value_exists(enum color, GREEN))
		key += bpf_core_type_size(struct node) + bpf_core_enum_value(enum color, GREEN);
	key += BPF_CORE_READ_BITFIELD(&node, more) + bpf_core_type_id_local(struct node);
	v = bpf_map_lookup_elem(&flows, &key);
	if (v)
		__sync_fetch_and_add(&v->packets, limit + offset + mac[5] + settings.port);
	bpf_loop(4, visit, 0, 0);
	bpf_printk("%u\n", key);
	bpf_tail_call(ctx, &jumps, 1);
	return global_function(key + color) > big ? XDP_DROP : XDP_PASS;
}

SEC("xdp/named")
int second(struct xdp_md *ctx)
{
	__u32 key = 2;
	void *map = bpf_map_lookup_elem(&outer, &key);

	last_zero += 1;
	if (map && bpf_map_lookup_elem(map, &key))
		return XDP_TX;
	if (bpf_missing_kernel_function)
		return bpf_missing_kernel_function(key);
	return branch(label[0]) & 3;
}

SEC("classifier")
int third(struct __sk_buff *skb)
{
	return skb->len > limit ? 2 : 0;
}

char LICENSE[] SEC("license") = "GPL";
