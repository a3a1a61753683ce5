// LRU maps that become full: how many entries they hold, and what is found in them.
#include "common.h"

#define MAP(NAME, TYPE, ENTRIES)                                                                   \
  struct {                                                                                         \
    __uint(type, TYPE);                                                                            \
    __uint(max_entries, ENTRIES);                                                                  \
    __type(key, __u32);                                                                            \
    __type(value, __u64);                                                                          \
  } NAME SEC(".maps")

MAP(small, BPF_MAP_TYPE_LRU_HASH, 20);
MAP(large, BPF_MAP_TYPE_LRU_HASH, 1000);
MAP(percpu, BPF_MAP_TYPE_LRU_PERCPU_HASH, 600);

struct plan {
  __u8 ethernet[14];
  __u8 kind, flags;
  __u32 key;
};

static __always_inline void count(void* map, struct plan* plan, __u32 keys) {
  __u32 key = plan->key % keys;
  __u64 one = 1;
  __u64* seen = bpf_map_lookup_elem(map, &key);
  log_value(seen ? *seen : 0);
  if (seen)
    ++*seen;
  else
    log_value(bpf_map_update_elem(map, &key, &one, plan->flags & 3));
  if (plan->kind < 8)
    log_value(bpf_map_delete_elem(map, &key));
}

#define PROGRAM(MAP, KEYS)                                                                         \
  SEC("xdp")                                                                                       \
  int on_##MAP(struct xdp_md* ctx) {                                                               \
    struct plan* plan = (struct plan*)DATA(ctx);                                                   \
    if ((__u8*)(plan + 1) > END(ctx))                                                              \
      return XDP_DROP;                                                                             \
    count(&MAP, plan, KEYS);                                                                       \
    return XDP_PASS;                                                                               \
  }

PROGRAM(small, 64)
PROGRAM(large, 900)
PROGRAM(percpu, 4000)
