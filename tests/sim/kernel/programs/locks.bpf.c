// Values with a spin lock: changed while it is held, and updated with any flags.
#include "common.h"

struct value {
  __u32 before;
  struct bpf_spin_lock lock;
  __u64 after;
};

#define MAP(NAME, TYPE, FLAGS)                                                                     \
  struct {                                                                                         \
    __uint(type, TYPE);                                                                            \
    __uint(max_entries, 8);                                                                        \
    __uint(map_flags, FLAGS);                                                                      \
    __type(key, __u32);                                                                            \
    __type(value, struct value);                                                                   \
  } NAME SEC(".maps")

MAP(array, BPF_MAP_TYPE_ARRAY, 0);
MAP(hash, BPF_MAP_TYPE_HASH, 0);
MAP(lazy_hash, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC);

struct step {
  __u8 kind, key, flags;
  __u32 value;
};
struct plan {
  __u8 ethernet[14];
  struct step steps[6];
};

static __always_inline void log_element(struct value* v) {
  log_value(v->before);
  log_value(v->after);
}

static __always_inline void act(void* map, struct step* s, struct value** held) {
  __u32 key = s->key % 12;
  struct value fresh = {.before = s->value, .after = s->value * 3};
  switch (s->kind % 6) {
  case 0:
    *held = bpf_map_lookup_elem(map, &key);
    log_value(*held != 0);
    break;
  case 1:
  case 2:
    log_value(bpf_map_update_elem(map, &key, &fresh, s->flags & 15));
    break;
  case 3:
    log_value(bpf_map_update_elem(map, &key, &fresh, BPF_F_LOCK | (s->flags & 1)));
    break;
  case 4:
    log_value(bpf_map_delete_elem(map, &key));
    break;
  default:
    if (!*held)
      break;
    bpf_spin_lock(&(*held)->lock);
    (*held)->before += s->value;
    if (s->flags & 1)
      (*held)->after ^= (*held)->before;
    bpf_spin_unlock(&(*held)->lock);
    log_element(*held);
    break;
  }
}

#define PROGRAM(MAP)                                                                               \
  SEC("xdp")                                                                                       \
  int on_##MAP(struct xdp_md* ctx) {                                                               \
    struct plan* plan = (struct plan*)DATA(ctx);                                                   \
    if ((__u8*)(plan + 1) > END(ctx))                                                              \
      return XDP_DROP;                                                                             \
    struct value* held = 0;                                                                        \
    for (int i = 0; i < 6; ++i)                                                                    \
      act(&MAP, &plan->steps[i], &held);                                                           \
    return XDP_PASS;                                                                               \
  }

PROGRAM(array)
PROGRAM(hash)
PROGRAM(lazy_hash)
