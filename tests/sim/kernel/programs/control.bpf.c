// Calls, callbacks, loops, atomics, variable offsets into the stack and into map values, global data.
#include "common.h"

#define MEMORY 64

static volatile const __u32 factor = 7;
static __u64 total;
static __u32 counts[16] = {1, 2, 3};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __uint(value_size, MEMORY);
} memory SEC(".maps");

static __noinline __u64 mixed(__u64 a, __u8* bytes, __u32 n) {
  for (__u32 i = 0; i < 8; ++i)
    a = a * factor + bytes[(i + n) & 15];
  return a;
}

__noinline int square(int x) { return x * x + 1; }

struct sum {
  __u64 value;
  __u32 stop;
};

static long add(__u64 index, struct sum* sum) {
  sum->value += index * 3;
  return index == sum->stop;
}

static __always_inline void atomics(__u8* value, __u64 x) {
  __u64* wide = (__u64*)value;
  __u32* narrow = (__u32*)(value + 32);
  __sync_fetch_and_add(wide, x);
  __sync_fetch_and_add(narrow, (__u32)x);
#if __BPF_CPU_VERSION__ >= 3
  log_value(__sync_fetch_and_or(wide + 1, x));
  log_value(__sync_fetch_and_and(wide + 1, ~(x >> 3)));
  log_value(__sync_fetch_and_xor(wide + 2, x << 5));
  log_value(__sync_lock_test_and_set(wide + 3, x));
  log_value(__sync_val_compare_and_swap(wide + 3, x & ~1ull, x + 9));
  log_value(__sync_fetch_and_add(narrow + 1, (__u32)x));
  log_value(__sync_lock_test_and_set(narrow + 2, (__u32)x));
  log_value(__sync_val_compare_and_swap(narrow + 2, (__u32)x & ~3u, (__u32)x ^ 5));
#endif
}

SEC("xdp")
int control(struct xdp_md* ctx) {
  __u8* p = DATA(ctx);
  __u8 local[16] = {};
  if (p + 60 > END(ctx))
    return XDP_DROP;
  for (int i = 0; i < 16; ++i)
    local[(i + p[14]) & 15] ^= p[16 + i];
  log_value(mixed(p[15], local, p[32]));
  log_value(square((signed char)p[33]));
  struct sum sum = {.value = p[34], .stop = p[35]};
  log_value(bpf_loop(p[36] & 127, add, &sum, 0));
  log_value(sum.value);
  log_value(bpf_loop(1, add, &sum, p[37] == 1));
  counts[p[38] & 15] += p[39];
  total += counts[p[40] & 15];
  __u32 key = p[41] & 3;
  __u8* value = bpf_map_lookup_elem(&memory, &key);
  if (!value)
    return XDP_ABORTED;
  value[p[42] & (MEMORY - 1)] += p[43];
  log_value(value[p[44] & (MEMORY - 1)]);
  atomics(value, *(__u64*)(p + 46));
  switch (p[54] & 7) {
  case 0:
    p[0] = p[55] / (p[56] | 1);
    return XDP_TX;
  case 1:
    *(__u16*)(p + 3) = *(__u16*)(p + 55) % (p[57] + 1);
    return XDP_TX;
  case 2:
    *(__u32*)(p + 5) = __builtin_bswap32(*(__u32*)(p + 50));
    return XDP_PASS;
  case 3:
    return p[58];
  case 4:
    *(__u64*)(p + 1) = __builtin_bswap64(*(__u64*)(p + 47));
    return XDP_TX;
  default:
    return XDP_PASS;
  }
}
