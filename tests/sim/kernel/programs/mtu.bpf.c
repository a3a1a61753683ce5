// bpf_check_mtu with any interface, length, difference and flags, on frames of any length.
#include "common.h"

struct plan {
  __u8 ethernet[14];
  __u8 kind, flags;
  __u32 ifindex, length;
  __s32 by;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} lengths SEC(".maps");

SEC("xdp")
int mtu(struct xdp_md* ctx) {
  struct plan plan;
  if (bpf_xdp_load_bytes(ctx, 0, &plan, sizeof plan))
    return XDP_DROP;
  if (plan.kind & 1)
    bpf_xdp_adjust_tail(ctx, plan.kind * 16);
  __u32 length = plan.kind & 2 ? 0 : plan.kind & 4 ? plan.length : 1400 + (plan.length & 255);
  __s32 by = plan.kind & 8 ? 0 : plan.kind & 16 ? plan.by : (plan.by & 2047) - 1024;
  log_value(bpf_check_mtu(ctx, plan.kind & 32 ? plan.ifindex : 0, &length, by,
                          plan.flags < 200 ? 0 : plan.flags));
  log_value(length);
  __u32 key = 0;
  __u32* kept = bpf_map_lookup_elem(&lengths, &key);
  if (!kept)
    return XDP_DROP;
  *kept = length + (plan.kind >> 6);
  log_value(bpf_check_mtu(ctx, 0, kept, by, 0));
  log_value(*kept);
  return XDP_PASS;
}
