// Redirect helpers with any key and flags, and returning anything afterwards.
#include "common.h"

#define TARGETS(NAME, TYPE)                                                                         \
  struct {                                                                                         \
    __uint(type, TYPE);                                                                            \
    __uint(max_entries, 8);                                                                        \
    __type(key, __u32);                                                                            \
    __type(value, __u32);                                                                          \
  } NAME SEC(".maps")

TARGETS(devices, BPF_MAP_TYPE_DEVMAP);
TARGETS(hashed, BPF_MAP_TYPE_DEVMAP_HASH);
TARGETS(cpus, BPF_MAP_TYPE_CPUMAP);
TARGETS(sockets, BPF_MAP_TYPE_XSKMAP);

struct plan {
  __u8 ethernet[14];
  __u8 kind[3], end;
  __u32 key[3], returned;
  __u64 flags[3];
};

static __always_inline long act(__u8 kind, __u32 key, __u64 flags) {
  if (kind & 16)
    key &= 15;
  if (kind & 32)
    flags &= 3;
  if (kind & 64)
    flags &= 31;
  switch (kind % 6) {
  case 0:
    return bpf_redirect_map(&devices, key, flags);
  case 1:
    return bpf_redirect_map(&hashed, key, flags);
  case 2:
    return bpf_redirect_map(&cpus, key, flags);
  case 3:
    return bpf_redirect_map(&sockets, key, flags);
  case 4:
    return bpf_redirect(key, kind & 128 ? 0 : flags);
  default:
    return XDP_PASS;
  }
}

SEC("xdp")
int redirects(struct xdp_md* ctx) {
  struct plan* plan = (struct plan*)DATA(ctx);
  if ((__u8*)(plan + 1) > END(ctx))
    return XDP_DROP;
  long result = 0;
  for (int i = 0; i < 3; ++i) {
    result = act(plan->kind[i], plan->key[i], plan->flags[i]);
    log_value(result);
  }
  __u32 key = plan->key[0] & 7;
  __u32* device = bpf_map_lookup_elem(&devices, &key);
  log_value(device ? *device : -1);
  device = bpf_map_lookup_elem(&hashed, &key);
  log_value(device ? *device : -1);
  log_value(bpf_map_lookup_elem(&sockets, &key) != 0);
  if (plan->end < 200)
    return result;
  return plan->end < 225 ? XDP_REDIRECT : plan->returned;
}
