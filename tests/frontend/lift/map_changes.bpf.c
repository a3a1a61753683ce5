// Maps that the program changes: every helper call with flags and errors of all kinds, and what is
// found afterwards; compared with the interpreter. LRU maps are too large to become full.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value {
  __u64 a;
  __u32 b;
  __u8 c[12]; // no padding: what of the stack was never written is anything in Linux
};
struct locked {
  __u32 before;
  struct bpf_spin_lock lock;
  __u64 after;
};

#define MAP(NAME, TYPE, ENTRIES, VALUE)                                                            \
  struct {                                                                                         \
    __uint(type, BPF_MAP_TYPE_##TYPE);                                                             \
    __uint(max_entries, ENTRIES);                                                                  \
    __type(key, __u32);                                                                            \
    __type(value, VALUE);                                                                          \
  } NAME SEC(".maps")

MAP(results, ARRAY, 64, __s64);
MAP(array, ARRAY, 6, struct value);
MAP(percpu_array, PERCPU_ARRAY, 6, struct value);
MAP(hash, HASH, 6, struct value);
MAP(percpu_hash, PERCPU_HASH, 6, struct value);
MAP(lru, LRU_HASH, 64, struct value);
MAP(percpu_lru, LRU_PERCPU_HASH, 64, struct value);
MAP(locked_array, ARRAY, 6, struct locked);
MAP(locked_hash, HASH, 6, struct locked);

static __u32 log_at;

static __always_inline void log_value(__s64 value) {
  __u32 at = log_at++ & 63;
  __s64* slot = bpf_map_lookup_elem(&results, &at);
  if (slot)
    *slot = *slot * 31 + value;
}

#define START(minimum)                                                                             \
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;                          \
  if (data + (minimum) > end)                                                                      \
    return XDP_DROP;                                                                               \
  __u8* p = data

static __always_inline __u64 flags_of(__u8 x) { return x & 128 ? 0 : x & 64 ? 1 : x & 7; }

static __always_inline void look(void* map, __u32 key) {
  struct value* v = bpf_map_lookup_elem(map, &key);
  log_value(v ? v->a + v->b + v->c[3] : -1);
}

// Lookup, update, deletion, with what the packet says.
static __always_inline void change(void* map, __u8* p) {
  __u32 key = p[0] & 7;
  struct value v = {.a = p[1], .b = p[2], .c = {p[3], 1, 2, p[4]}};
  struct value* held = bpf_map_lookup_elem(map, &key);
  if (held)
    held->b += p[1];
  if (p[2] & 1)
    log_value(bpf_map_update_elem(map, &key, &v, flags_of(p[3])));
  if (held)
    log_value(held->b); // of the old element, unless it was changed in place
  key = p[5] & 7;
  if (p[2] & 2)
    log_value(bpf_map_delete_elem(map, &key));
  look(map, p[0] & 7);
  if (p[2] & 4)
    log_value(bpf_map_update_elem(map, &key, &v, BPF_NOEXIST));
  if (p[2] & 8)
    log_value(bpf_map_update_elem(map, &key, &v, BPF_EXIST));
  look(map, key);
}

#define CHANGES(MAP)                                                                               \
  SEC("xdp") int change_##MAP(struct xdp_md* ctx) {                                                \
    START(14);                                                                                     \
    change(&MAP, p);                                                                               \
    return XDP_PASS;                                                                               \
  }
CHANGES(array)
CHANGES(percpu_array)
CHANGES(hash)
CHANGES(percpu_hash)
CHANGES(lru)
CHANGES(percpu_lru)

// Counted under a lock, and updates that take the lock themselves or leave it alone.
#define LOCKED(MAP)                                                                                \
  SEC("xdp") int change_##MAP(struct xdp_md* ctx) {                                                \
    START(14);                                                                                     \
    __u32 key = p[0] & 7;                                                                          \
    struct locked fresh = {.before = p[1], .after = p[2]};                                         \
    struct locked* v = bpf_map_lookup_elem(&MAP, &key);                                            \
    if (v) {                                                                                       \
      bpf_spin_lock(&v->lock);                                                                     \
      v->before++;                                                                                 \
      if (p[3] & 1)                                                                                \
        v->after += v->before;                                                                     \
      bpf_spin_unlock(&v->lock);                                                                   \
    }                                                                                              \
    log_value(bpf_map_update_elem(&MAP, &key, &fresh, p[4] & 15));                                 \
    if (v)                                                                                         \
      log_value(v->after);                                                                         \
    key = p[5] & 7;                                                                                \
    log_value(bpf_map_update_elem(&MAP, &key, &fresh, BPF_F_LOCK));                                \
    if (p[6] & 1)                                                                                  \
      log_value(bpf_map_delete_elem(&MAP, &key));                                                  \
    return XDP_PASS;                                                                               \
  }
LOCKED(locked_array)
LOCKED(locked_hash)

// Key and value straight from the packet and from another map.
SEC("xdp") int other_memory(struct xdp_md* ctx) {
  START(32);
  log_value(bpf_map_update_elem(&hash, p, p + 4, BPF_ANY));
  __u32 key = p[0] & 7;
  struct value* v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return XDP_TX;
  v->a += p[8];
  log_value(bpf_map_update_elem(&percpu_hash, &v->b, v, BPF_ANY));
  log_value(bpf_map_update_elem(&array, &v->b, v, BPF_ANY));
  log_value(bpf_map_delete_elem(&hash, &v->b));
  return XDP_PASS;
}

SEC("xdp") int mtu(struct xdp_md* ctx) {
  START(20);
  __u32 length = p[0] & 1 ? *(__u16*)(p + 2) : 0;
  __s32 by = p[4] & 1 ? *(__s32*)(p + 5) : p[5] * 8;
  log_value(bpf_check_mtu(ctx, p[1], &length, by, p[9] & 1));
  log_value(length);
  return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
