// The longest-prefix trie, with prefixes that nest.
#include "common.h"

struct key {
  __u32 length;
  __u8 bytes[5];
} __attribute__((packed));

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 24);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct key);
  __type(value, __u32);
} trie SEC(".maps");

struct step {
  __u8 kind, length, bytes[5], flags;
};
struct plan {
  __u8 ethernet[14];
  struct step steps[6];
};

SEC("xdp")
int lpm(struct xdp_md* ctx) {
  struct plan* plan = (struct plan*)DATA(ctx);
  if ((__u8*)(plan + 1) > END(ctx))
    return XDP_DROP;
  for (int i = 0; i < 6; ++i) {
    struct step* s = &plan->steps[i];
    struct key key = {.length = s->length % 44};
    for (int b = 0; b < 5; ++b)
      key.bytes[b] = s->bytes[b] & 0x81; // few different ones, so that prefixes meet
    __u32 value = s->kind << 8 | s->length;
    if (s->kind % 4 == 0)
      log_value(bpf_map_update_elem(&trie, &key, &value, s->flags < 128 ? 0 : s->flags % 5));
    else if (s->kind % 4 == 1)
      log_value(bpf_map_delete_elem(&trie, &key));
    __u32* found = bpf_map_lookup_elem(&trie, &key);
    log_value(found ? *found : -1);
    if (found && s->kind > 200)
      *found += 1;
  }
  return XDP_PASS;
}
