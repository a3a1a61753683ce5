// What real programs do that the card's driver refuses, one program a feature.
#include <linux/bpf.h>
#include <linux/types.h>

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value)* name

static void* (*const lookup)(void* map, const void* key) = (void*)BPF_FUNC_map_lookup_elem;
static long (*const update)(void* map, const void* key, const void* value,
                            __u64 flags) = (void*)BPF_FUNC_map_update_elem;
static long (*const remove_entry)(void* map, const void* key) = (void*)BPF_FUNC_map_delete_elem;

char _license[] SEC("license") = "GPL";

struct frame {
  __u8 to[6], from[6];
  __u16 type;
  __u8 data[46];
} __attribute__((packed));

static __attribute__((always_inline)) struct frame* frame_of(struct xdp_md* ctx) {
  struct frame* f = (void*)(long)ctx->data;
  return (void*)(f + 1) > (void*)(long)ctx->data_end ? 0 : f;
}

struct traffic {
  __u64 packets, bytes;
  __u32 last;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct traffic);
} per_cpu SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct traffic);
} totals SEC(".maps");

struct state {
  __u32 round;
  __u16 step;
  __u8 flags, pad;
  __u64 sum;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, struct state);
} states SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u8[6]);
  __type(value, struct state);
} stations SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, struct traffic);
} flows SEC(".maps");

const volatile __u32 limit = 40;
static const __u32 weights[4] = {3, 5, 7, 11};
__u64 seen, total_bytes;
__u32 kept = 5;

SEC("xdp/count")
int count(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u32 key = f->from[5] & 15;
  struct traffic* t = lookup(&per_cpu, &key);
  if (t) {
    t->packets++;
    t->bytes += (long)ctx->data_end - (long)ctx->data;
    t->last -= f->from[4];
  }
  return XDP_PASS;
}

SEC("xdp/write_array")
int write_array(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u32 key = f->from[5] & 7;
  struct state* s = lookup(&states, &key);
  if (!s)
    return XDP_ABORTED;
  if (s->round > f->data[0] % 7) {
    s->round = 0;
    s->flags = f->data[1];
    s->sum = s->sum * 3 + 1;
    key = 77;
    return XDP_TX;
  }
  s->round = s->round + 1;
  s->step = f->data[2];
  f->data[3] = s->step + s->flags;
  return s->sum & 1 ? XDP_PASS : XDP_TX;
}

SEC("xdp/write_hash")
int write_hash(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  struct state* s = lookup(&stations, f->from);
  if (!s) {
    struct state fresh = {.round = 1, .step = f->type};
    update(&stations, f->from, &fresh, BPF_ANY);
    return XDP_PASS;
  }
  s->round = s->round ^ f->data[0];
  f->data[5] = s->round;
  if (f->data[1] & 1) {
    s->sum = s->sum + s->round * 5;
    f->data[6] = s->sum >> 1;
  }
  if (s->round % 5 == 4)
    remove_entry(&stations, f->from);
  return XDP_TX;
}

SEC("xdp/insert_counted")
int insert_counted(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u32 key = f->from[5] & 31;
  struct traffic* t = lookup(&flows, &key);
  if (t) {
    __sync_fetch_and_add(&t->packets, 1);
    __sync_fetch_and_add(&t->bytes, (long)ctx->data_end - (long)ctx->data);
    return XDP_PASS;
  }
  struct traffic first = {.packets = 1, .bytes = (long)ctx->data_end - (long)ctx->data, .last = 7};
  return update(&flows, &key, &first, BPF_NOEXIST) ? XDP_DROP : XDP_TX;
}

SEC("xdp/globals")
int globals(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __sync_fetch_and_add(&seen, weights[2]);
  total_bytes += (long)ctx->data_end - (long)ctx->data;
  return f->data[0] > limit ? XDP_DROP : XDP_PASS;
}

SEC("xdp/initial")
int initial(struct xdp_md* ctx) {
  __sync_fetch_and_add(&kept, 1);
  return XDP_PASS;
}

// The same store behind either of two lookups.
SEC("xdp/either")
int either(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u32 key = f->from[5] & 7;
  struct state* s = lookup(&states, &key);
  if (!s)
    return XDP_ABORTED;
  if (f->data[0] & 1) {
    key = f->data[1] & 3;
    s = lookup(&states, &key);
    if (!s)
      return XDP_ABORTED;
  }
  s->round = s->round * 2 + f->data[2];
  s->flags = f->data[3];
  return s->round & 4 ? XDP_TX : XDP_PASS;
}

// Counters beside a field that is stored to.
SEC("xdp/beside")
int beside(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u32 key = f->from[5] & 15;
  struct traffic* t = lookup(&flows, &key);
  if (t) {
    __sync_fetch_and_add(&t->packets, 1);
    __sync_fetch_and_add(&t->bytes, (long)ctx->data_end - (long)ctx->data);
    t->last = f->data[0];
    return t->packets % 3 ? XDP_PASS : XDP_TX;
  }
  struct traffic first = {.packets = 1, .last = f->data[0]};
  update(&flows, &key, &first, BPF_ANY);
  return XDP_DROP;
}

SEC("xdp/keys")
int keys(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  struct {
    __u8 pad[3];
    __u32 key;
  } __attribute__((packed)) local;
  __builtin_memset(&local, 0, sizeof local);
  local.key = f->data[0] & 15;
  struct traffic* t = lookup(&totals, &local.key);
  if (t)
    __sync_fetch_and_add(&t->packets, f->from[0] ? 2 : 1);
  t = lookup(&flows, &f->data[1]);
  return t ? XDP_TX : XDP_PASS;
}

static __attribute__((noinline)) __u64 mixed(__u64 a, __u64 b, __u32 by) {
  return a * b + a / (by | 1) + b % (by | 3);
}

SEC("xdp/arithmetic")
int arithmetic(struct xdp_md* ctx) {
  struct frame* f = frame_of(ctx);
  if (!f)
    return XDP_DROP;
  __u64 a, b;
  __builtin_memcpy(&a, f->data, 8);
  __builtin_memcpy(&b, f->data + 8, 8);
  __u64 c = mixed(a, b, f->data[20] << 8 | f->data[21]);
  c += mixed(b, a % 1000, f->data[22]);
  __builtin_memcpy(f->data + 24, &c, 8);
  return XDP_TX;
}

SEC("xdp.frags")
int fragments(struct xdp_md* ctx) { return frame_of(ctx) ? XDP_PASS : XDP_DROP; }

struct guarded {
  struct bpf_spin_lock lock;
  __u32 value;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct guarded);
} guarded SEC(".maps");

static long (*const spin_lock)(struct bpf_spin_lock*) = (void*)BPF_FUNC_spin_lock;
static long (*const spin_unlock)(struct bpf_spin_lock*) = (void*)BPF_FUNC_spin_unlock;

SEC("xdp/locked")
int locked(struct xdp_md* ctx) {
  __u32 key = 0;
  struct guarded* g = lookup(&guarded, &key);
  if (!g)
    return XDP_ABORTED;
  spin_lock(&g->lock);
  g->value = g->value * 3 + 1;
  spin_unlock(&g->lock);
  return XDP_PASS;
}
