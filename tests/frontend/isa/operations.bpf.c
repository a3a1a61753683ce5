// SPDX-License-Identifier: Apache-2.0
// Every kind of instruction that the compiler has a reason to make at any instruction set version.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

volatile const __u32 limit = 7;
volatile __s64 total;
volatile __s16 narrow;
volatile __u8 flag;

static __noinline __u64 mix(__u64 a, __u64 b)
{
	a ^= b << 13;
	a += b >> 7;
	a -= b * 5;
	a |= b & 0xff00;
	return (__s64)a >> 3;
}

static long step(__u32 index, __u64 *sum)
{
	*sum += index;
	return *sum > limit;
}

static __always_inline __u32 narrow_math(__u32 a, __u32 b)
{
	a = a * b + 3;
	a ^= b << (a & 7);
	a = a / (b | 1) + a % (limit | 1);
	return (__s32)a >> 2;
}

SEC("xdp")
int operations(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 sum = 0x123456789abcdefull;
	__u32 key = 0;
	__u64 *value;

	if (data + 24 > data_end)
		return XDP_ABORTED;
	sum += *(__u8 *)data + *(__u16 *)(data + 2) + *(__u32 *)(data + 4) + *(__u64 *)(data + 8);
	sum = mix(sum, __builtin_bswap64(*(__u64 *)(data + 16)));
	sum += __builtin_bswap16(*(__u16 *)(data + 12)) + __builtin_bswap32(*(__u32 *)(data + 20));
	sum = -sum;
	sum /= (sum >> 60) + 1;
	sum %= limit + 9;
	key = narrow_math(sum, ctx->rx_queue_index) & 3;
	*(__u8 *)data = sum;
	*(__u16 *)(data + 2) = sum;
	*(__u32 *)(data + 4) = sum;
	*(__u64 *)(data + 8) = sum;
	flag = 1;
	total = -5;
	narrow += (__s8)sum;
	if ((__s64)sum < total || (__s32)key >= (__s16)narrow)
		bpf_loop(4, step, &sum, 0);
	value = bpf_map_lookup_elem(&values, &key);
	if (value) {
		__sync_fetch_and_add(value, sum);
		if (sum & 0x40)
			*value ^= bpf_ktime_get_ns();
	}
	return (sum & 3) <= 2 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
