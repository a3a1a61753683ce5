// Constructs that the examples don't use, each a program of its own; compared with the interpreter.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct numbers {
  __u64 a, b;
  __u32 c, d;
  __u8 bytes[32];
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, struct numbers);
} state SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, struct numbers);
} scratch SEC(".maps");

#define START(minimum)                                                                             \
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;                        \
  if (data + (minimum) > end)                                                                      \
    return XDP_DROP;                                                                               \
  __u8* p = data

static __always_inline struct numbers* entry(void* map, __u32 i) {
  return bpf_map_lookup_elem(map, &i);
}

struct cursor {
  void *at, *end;
  __u64 sum;
};

// Packet pointers that live in a structure of the caller's stack.
static __noinline int take(struct cursor* c, int bytes) {
  if (c->at + 4 > c->end)
    return -1;
  c->sum += *(__u32*)c->at;
  c->at += bytes & 3;
  return 0;
}
SEC("xdp") int cursors(struct xdp_md* ctx) {
  struct cursor c = {(void*)(long)ctx->data, (void*)(long)ctx->data_end, 0};
  for (int i = 0; i < 5; ++i)
    if (take(&c, i))
      return XDP_DROP;
  struct numbers* n = entry(&state, 1);
  if (n)
    n->a += c.sum;
  return XDP_PASS;
}

SEC("xdp") int stack_at_variable_offsets(struct xdp_md* ctx) {
  START(40);
  __u8 table[16] = {};
  for (int i = 0; i < 16; ++i)
    table[p[i] & 15] += p[16 + i];
  __u32 sum = 0;
  for (int i = 0; i < 16; ++i)
    sum = sum * 31 + table[(p[i] + i) & 15];
  p[0] = sum;
  p[1] = sum >> 8;
  return XDP_TX;
}

static long round_of_loop(__u32 i, void* context) {
  __u32* sum = context;
  *sum += i * i + 1;
  return *sum > 300;
}
SEC("xdp") int loops(struct xdp_md* ctx) {
  START(20);
  __u32 sum = p[0];
  long rounds = bpf_loop(p[1] & 15, round_of_loop, &sum, 0);
  p[2] = sum;
  p[3] = rounds;
  return XDP_TX;
}

SEC("xdp") int variable_packet_offsets(struct xdp_md* ctx) {
  START(14);
  __u32 at = p[0] & 63;
  __u8* q = p + at;
  if ((void*)(q + 4) > end)
    return XDP_PASS;
  __u32 word = *(__u32*)q;
  *(__u16*)(q + 1) = bpf_htons(word >> 7);
  q += word & 7;
  if ((void*)(q + 1) > end)
    return XDP_TX;
  *q ^= 0x5a;
  return XDP_TX;
}

SEC("xdp") int map_arrays(struct xdp_md* ctx) {
  START(14);
  struct numbers* n = entry(&scratch, p[0] & 3);
  if (!n)
    return XDP_DROP;
  n->bytes[p[1] & 31] = p[2];
  *(__u16*)&n->bytes[2 * (p[3] & 15)] += p[4];
  n->c += n->bytes[p[5] & 31];
  struct numbers* m = p[6] & 1 ? n : entry(&scratch, 2);
  if (m)
    m->d = m->d * 3 + n->c;
  return XDP_PASS;
}

SEC("xdp") int copies_by_helper(struct xdp_md* ctx) {
  __u8 copy[32] = {};
  __u32 length = (ctx->data_end - ctx->data) & 31;
  if (length < 1)
    return XDP_DROP;
  long first = bpf_xdp_load_bytes(ctx, length / 2, copy, length);
  copy[3] += 7;
  long second = bpf_xdp_store_bytes(ctx, 2, copy, 16);
  struct numbers* n = entry(&state, 3);
  if (n) {
    n->a += first;
    n->b += second + bpf_xdp_get_buff_len(ctx);
    n->c += copy[length & 31];
  }
  return XDP_TX;
}

SEC("xdp") int metadata(struct xdp_md* ctx) {
  if (bpf_xdp_adjust_meta(ctx, -8))
    return XDP_ABORTED;
  void *data = (void*)(long)ctx->data, *meta = (void*)(long)ctx->data_meta;
  if (meta + 8 > data)
    return XDP_DROP;
  *(__u32*)meta = 0x12345678;
  *(__u32*)(meta + 4) = ctx->rx_queue_index;
  long again = bpf_xdp_adjust_meta(ctx, 3);
  struct numbers* n = entry(&state, 4);
  if (n)
    n->a = again;
  return XDP_PASS;
}

SEC("xdp") int checksums(struct xdp_md* ctx) {
  START(64);
  __u32 before[3] = {*(__u32*)p, *(__u32*)(p + 4), 7}, after[3] = {*(__u32*)(p + 8), 0, p[3]};
  struct numbers* n = entry(&state, 5);
  if (!n)
    return XDP_DROP;
  n->a = bpf_csum_diff(before, 12, after, 12, p[1]);
  n->b = bpf_csum_diff(0, 0, after, 8, 0xffff0000 + p[2]);
  n->c = bpf_csum_diff(before, 8, 0, 0, 0);
  n->d = bpf_csum_diff(before, (p[0] & 3) * 4 % 12, after, (p[1] & 3) * 4 % 12, p[2]);
  *(__u64*)n->bytes = bpf_csum_diff((void*)p, 60, (void*)n, 16, 0);
  return XDP_PASS;
}

SEC("xdp") int divisions(struct xdp_md* ctx) {
  START(32);
  __u64 a = *(__u64*)p, b = *(__u64*)(p + 8);
  __u32 c = a, d = p[9];
  *(__u64*)(p + 8) = a / b;
  *(__u64*)(p + 16) = a % (b & 0xff);
  *(__u32*)(p + 24) = c / d;
  *(__u32*)(p + 28) = c % d + bpf_get_prandom_u32() % 17 + (__u32)bpf_jiffies64();
  return XDP_TX;
}

SEC("xdp") int moves_of_the_packet(struct xdp_md* ctx) {
  START(14);
  int by = (signed char)p[0];
  long head = bpf_xdp_adjust_head(ctx, by);
  long tail = bpf_xdp_adjust_tail(ctx, by * 2);
  data = (void*)(long)ctx->data;
  end = (void*)(long)ctx->data_end;
  if (data + 16 > end)
    return XDP_PASS;
  p = data;
  p[0] = head;
  p[1] = tail;
  *(__u16*)(p + 2) = end - data;
  return XDP_TX;
}

char _license[] SEC("license") = "GPL";

// The distance of pointers from before a move is the same number after it.
SEC("xdp") int distances_over_moves(struct xdp_md* ctx) {
  START(20);
  __u8* at = p;
  if (bpf_xdp_adjust_head(ctx, -8))
    return XDP_DROP;
  __u64 length = end - (void*)at;
  struct numbers* n = entry(&state, 6);
  if (n)
    n->a += length;
  return XDP_PASS;
}

// A flag tells what the paths have shown; the compiler must not see that.
#define HIDE(x) asm volatile("" : "+r"(x))

SEC("xdp") int flag_after_a_join(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  long problem;
  if (data + 60 > end)
    problem = -22;
  else
    problem = 0;
  HIDE(problem);
  problem <<= 32;
  problem >>= 32;
  if (problem)
    return XDP_DROP;
  __u8* p = data;
  p[2] = p[59];
  return XDP_TX;
}

SEC("xdp") int flag_with_three_values(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  long kind = 0;
  if (data + 40 <= end)
    kind = 1;
  HIDE(kind);
  if (data + 100 <= end)
    kind = -1;
  HIDE(kind);
  __u8* p = data;
  if (kind == 1)
    p[39] ^= 1;
  else if (kind == -1)
    p[99] ^= 2;
  else
    return XDP_DROP;
  return XDP_TX;
}

SEC("xdp") int flag_of_a_loop(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  __u32 sum = 0;
#pragma clang loop unroll(disable)
  for (int i = 0; i < 12; ++i) {
    long there = 0;
    if (data + 8 * i + 8 <= end)
      there = 1;
    HIDE(there);
    if (!there)
      break;
    sum += *(__u8*)(data + 8 * i + 7);
  }
  struct numbers* n = entry(&state, 6);
  if (n)
    n->a += sum;
  return XDP_PASS;
}

// Header of variable length: bounded at its end, read at its start and in the middle.
SEC("xdp") int related_offsets(struct xdp_md* ctx) {
  START(20);
  __u64 at = (p[14] & 15) * 4;
  if (data + at + 4 > end)
    return XDP_DROP;
  __u8 *first = p + at, *third = p + at + 2;
  *first ^= *third;
  return XDP_TX;
}

SEC("xdp") int offset_of_two_lengths(struct xdp_md* ctx) {
  START(40);
  __u64 at = 14;
  if (p[0] & 1)
    at = 18;
  HIDE(at);
  if (at > 18)
    return XDP_DROP;
  __u64 next = at + 4;
  if (data + next > end)
    return XDP_DROP;
  __u8* q = data + at;
  p[1] = *(__u16*)(q + 2);
  return XDP_TX;
}

// Metadata moves along with the head, over bytes of the packet too.
SEC("xdp") int head_behind_metadata(struct xdp_md* ctx) {
  START(14);
  int by = (signed char)p[0] >> 1, size = -4 * (p[1] & 3);
  if (bpf_xdp_adjust_meta(ctx, size))
    return XDP_ABORTED;
  void* meta = (void*)(long)ctx->data_meta;
  data = (void*)(long)ctx->data;
  if (meta + 4 <= data)
    *(__u32*)meta = 0x12345678;
  if (meta + 8 <= data)
    *(__u32*)(meta + 4) = 0x9abcdef0;
  long first = bpf_xdp_adjust_head(ctx, by);
  long second = bpf_xdp_adjust_head(ctx, -20);
  meta = (void*)(long)ctx->data_meta;
  data = (void*)(long)ctx->data;
  struct numbers* n = entry(&state, 7);
  if (!n)
    return XDP_ABORTED;
  n->a += first * 1000 + second;
  n->b += data - meta;
  if (meta + 8 <= data)
    n->c = n->c * 31 + *(__u32*)(meta + 4);
  if (meta + 4 <= data)
    n->d = n->d * 31 + *(__u32*)meta;
  bpf_xdp_adjust_head(ctx, by & -4);
  return XDP_TX;
}

SEC("xdp") int tail_grows_twice(struct xdp_md* ctx) {
  START(14);
  int by = p[0] & 15;
  if (bpf_xdp_adjust_tail(ctx, by))
    return XDP_ABORTED;
  data = (void*)(long)ctx->data;
  end = (void*)(long)ctx->data_end;
  if (data + 64 > end)
    return XDP_PASS;
  p = data;
  p[63] += 7;
  if (bpf_xdp_adjust_tail(ctx, 9 - by))
    return XDP_DROP;
  data = (void*)(long)ctx->data;
  end = (void*)(long)ctx->data_end;
  return data + 70 > end ? XDP_PASS : XDP_TX;
}

SEC("xdp") int tail_cut_and_grown(struct xdp_md* ctx) {
  START(20);
  int cut = p[0] & 31, more = p[1] & 31;
  long first = bpf_xdp_adjust_tail(ctx, -cut);
  long second = bpf_xdp_adjust_tail(ctx, more);
  data = (void*)(long)ctx->data;
  end = (void*)(long)ctx->data_end;
  if (data + 14 > end)
    return XDP_DROP;
  *(__u8*)data = first + second * 3;
  return XDP_TX;
}

// A pointer from before the head moved is compared with the end of the packet once more.
SEC("xdp") int compares_after_a_move(struct xdp_md* ctx) {
  START(34);
  int by = (p[0] & 63) - 31, cut = p[1] & 31;
  if (bpf_xdp_adjust_head(ctx, by) || bpf_xdp_adjust_tail(ctx, -cut))
    return XDP_ABORTED;
  void* end_now = (void*)(long)ctx->data_end;
  return p + 60 > (__u8*)end_now ? XDP_TX : XDP_PASS;
}
