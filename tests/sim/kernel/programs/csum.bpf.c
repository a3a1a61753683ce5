// bpf_csum_diff over any two pieces, odd sizes and runs of 0x00 and 0xff among them.
#include "common.h"

#define PIECE 64

struct plan {
  __u8 ethernet[16];
  __u8 from_size, to_size, fill_from, fill_to;
  __u32 seed;
  __u64 from[PIECE / 8], to[PIECE / 8];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct plan);
} scratch SEC(".maps");

// Leaves the bytes, or makes them zeros or ones.
static __always_inline void fill(__u64* words, __u8 how) {
  __u64 and = how < 128 || how >= 220 ? ~0ull : 0;
  __u64 or = how >= 170 && how < 210 ? ~0ull : 0;
  for (int i = 0; i < PIECE / 8; ++i)
    words[i] = (words[i] & and) | or;
}

SEC("xdp")
int csum(struct xdp_md* ctx) {
  __u32 zero = 0;
  struct plan* plan = bpf_map_lookup_elem(&scratch, &zero);
  if (!plan || bpf_xdp_load_bytes(ctx, 0, plan, sizeof *plan))
    return XDP_DROP;
  fill(plan->from, plan->fill_from);
  fill(plan->to, plan->fill_to);
  __u32 from_size = plan->from_size & (PIECE - 1), to_size = plan->to_size & (PIECE - 1);
  if (plan->from_size & 128)
    from_size &= ~3;
  if (plan->to_size & 128)
    to_size &= ~3;
  if (plan->fill_from % 8 == 7)
    plan->seed = 0;
  if (plan->fill_from % 8 == 6)
    plan->seed = 0xffffffff;
  if (plan->fill_from % 8 == 5)
    plan->seed &= 0xffff;
  log_value(bpf_csum_diff((__be32*)plan->from, from_size, (__be32*)plan->to, to_size, plan->seed));
  log_value(bpf_csum_diff(0, 0, (__be32*)plan->to, to_size, plan->seed));
  log_value(bpf_csum_diff((__be32*)plan->from, from_size, 0, 0, plan->seed));
  log_value(bpf_csum_diff(0, 0, 0, 0, plan->seed));
  return XDP_PASS;
}
