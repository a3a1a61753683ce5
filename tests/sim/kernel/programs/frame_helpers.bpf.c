// adjust_head, adjust_tail, adjust_meta, load_bytes, store_bytes in any order with any argument; then
// writes at both ends of what is left.
#include "common.h"

struct step {
  __u8 kind, a;
  __s16 delta;
};

struct plan {
  __u8 ethernet[14];
  struct step steps[6];
  __u8 end_value;
};

// Small or any.
static __always_inline int delta_of(struct step* s) {
  return s->kind & 8 ? (s->delta & 127) - 64 : s->kind & 16 ? (s->delta & 1023) - 512 : s->delta;
}

static __always_inline long act(struct xdp_md* ctx, struct step* s) {
  __u8 buffer[16] = {1, 2, 3, 4, 5, 6, 7, 8};
  long result;
  switch (s->kind % 8) {
  case 0:
  case 1:
    return bpf_xdp_adjust_head(ctx, delta_of(s));
  case 2:
  case 3:
    return bpf_xdp_adjust_tail(ctx, delta_of(s));
  case 4:
    return bpf_xdp_adjust_meta(ctx, s->kind & 32 ? delta_of(s) & ~3 : delta_of(s));
  case 5:
    result = bpf_xdp_load_bytes(ctx, s->kind & 8 ? s->a : s->delta, buffer, 1 + (s->a & 15));
    log_value(*(__u64*)buffer);
    log_value(*(__u64*)(buffer + 8));
    return result;
  case 6:
    return bpf_xdp_store_bytes(ctx, s->kind & 8 ? s->a : s->delta, buffer, 1 + (s->a & 15));
  default:
    return bpf_xdp_get_buff_len(ctx);
  }
}

SEC("xdp")
int frame_helpers(struct xdp_md* ctx) {
  struct plan plan = {};
  if (bpf_xdp_load_bytes(ctx, 0, &plan, sizeof plan))
    return XDP_DROP;
  for (int i = 0; i < 6; ++i) {
    log_value(act(ctx, &plan.steps[i]));
    log_value(END(ctx) - DATA(ctx));
    log_value(DATA(ctx) - META(ctx));
  }
  __u8* meta = META(ctx);
  if (meta + 4 <= DATA(ctx)) {
    log_value(*(__u32*)meta);
    *(__u32*)meta = 0xaabbccdd;
  }
  __u8* data = DATA(ctx);
  if (data + 14 > END(ctx))
    return XDP_ABORTED;
  data[0] = plan.end_value;
  data[13] += 1;
  return plan.end_value % 4 == 0 ? XDP_TX : XDP_PASS;
}
