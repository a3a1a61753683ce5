// Lookups, updates and deletions with any flags; pointers are held across them and written through.
#include "common.h"

#define MAP(NAME, TYPE, ENTRIES, FLAGS)                                                            \
  struct {                                                                                         \
    __uint(type, TYPE);                                                                            \
    __uint(max_entries, ENTRIES);                                                                  \
    __uint(map_flags, FLAGS);                                                                      \
    __type(key, __u32);                                                                            \
    __type(value, __u64);                                                                          \
  } NAME SEC(".maps")

MAP(array, BPF_MAP_TYPE_ARRAY, 8, 0);
MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, 8, 0);
MAP(hash, BPF_MAP_TYPE_HASH, 8, 0);
MAP(lazy_hash, BPF_MAP_TYPE_HASH, 8, BPF_F_NO_PREALLOC);
MAP(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH, 8, 0);
MAP(lru_hash, BPF_MAP_TYPE_LRU_HASH, 64, 0); // never full: 12 keys
MAP(percpu_lru_hash, BPF_MAP_TYPE_LRU_PERCPU_HASH, 64, 0);

struct step {
  __u8 kind, key;
  __u16 value;
};
struct plan {
  __u8 ethernet[14];
  struct step steps[10];
};

static __always_inline void act(void* map, struct step* s, __u64** held) {
  __u32 key = s->key % 12;
  __u64 value = s->value;
  __u64 flags = s->kind >> 3 & 3;
  if (s->kind >> 5 == 7)
    flags = s->value;
  switch (s->kind % 8) {
  case 0:
  case 1:
    *held = bpf_map_lookup_elem(map, &key);
    log_value(*held ? **held : -1);
    break;
  case 2:
  case 3:
  case 4:
    log_value(bpf_map_update_elem(map, &key, &value, s->kind & 128 ? 0 : flags));
    break;
  case 5:
    log_value(bpf_map_delete_elem(map, &key));
    break;
  case 6:
    if (*held)
      **held += value;
    break;
  default:
    if (*held) {
      log_value(**held);
      log_value(bpf_map_update_elem(map, &key, *held, 0));
    }
    break;
  }
}

// Which element of an LRU map is used again first is Linux' own affair: pointers are dropped there
// when the map changes.
#define PROGRAM(MAP, HOLD)                                                                             \
  SEC("xdp")                                                                                       \
  int on_##MAP(struct xdp_md* ctx) {                                                               \
    struct plan* plan = (struct plan*)DATA(ctx);                                                   \
    if ((__u8*)(plan + 1) > END(ctx))                                                              \
      return XDP_DROP;                                                                             \
    __u64* held = 0;                                                                               \
    for (int i = 0; i < 10; ++i) {                                                                 \
      act(&MAP, &plan->steps[i], &held);                                                           \
      if (!HOLD && plan->steps[i].kind % 8 > 1 && plan->steps[i].kind % 8 != 6)                    \
        held = 0;                                                                                  \
    }                                                                                              \
    return XDP_PASS;                                                                               \
  }

PROGRAM(array, 1)
PROGRAM(percpu_array, 1)
PROGRAM(hash, 1)
PROGRAM(lazy_hash, 1)
PROGRAM(percpu_hash, 1)
PROGRAM(lru_hash, 0)
PROGRAM(percpu_lru_hash, 0)
