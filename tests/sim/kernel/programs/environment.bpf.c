// Everything that a program can see of its surroundings.
#include "common.h"

SEC("xdp")
int environment(struct xdp_md* ctx) {
  log_value(bpf_ktime_get_ns());
  log_value(bpf_ktime_get_boot_ns());
  log_value(bpf_ktime_get_coarse_ns());
  log_value(bpf_ktime_get_tai_ns());
  log_value(bpf_jiffies64());
  __u32 calls = bpf_get_prandom_u32() & 3;
  for (__u32 i = 0; i < 4; ++i)
    if (i < calls)
      log_value(bpf_get_prandom_u32());
  log_value(bpf_get_smp_processor_id());
  log_value(ctx->ingress_ifindex);
  log_value(ctx->rx_queue_index);
  bpf_printk("call %d of %x, %u bytes", calls, ctx->ingress_ifindex, (__u32)(END(ctx) - DATA(ctx)));
  if (calls == 2)
    bpf_printk("two\n");
  if (calls == 3)
    bpf_printk("%lld %5d|%%|", -1ll, -7);
  return bpf_get_prandom_u32() % 7;
}
