/* Programs that a micro-engine can't run, each for one reason. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct value {
  __u32 a, b;
  __u64 n;
};

#define MAP(name, kind, key_type, value_type)                                                      \
  struct {                                                                                         \
    __uint(type, kind);                                                                            \
    __type(key, key_type);                                                                         \
    __type(value, value_type);                                                                     \
    __uint(max_entries, 16);                                                                       \
  } name SEC(".maps")

struct large {
  __u8 bytes[64];
};
MAP(array, BPF_MAP_TYPE_ARRAY, __u32, struct value);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, __u64);
MAP(of_large, BPF_MAP_TYPE_ARRAY, __u32, struct large);

const volatile __u16 table[64] = {1, 5, 7, 9};

#define BYTES(n)                                                                                   \
  __u8 *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;                          \
  if (data + (n) > end)                                                                            \
  return XDP_DROP

static __always_inline struct value* first(void) {
  __u32 key = 0;
  return bpf_map_lookup_elem(&array, &key);
}

SEC("xdp") int redirects(struct xdp_md* ctx) { return bpf_redirect(1, 0); }
SEC("xdp") int tells_time(struct xdp_md* ctx) { return bpf_ktime_get_ns() & 1; }
SEC("xdp") int knows_cpu(struct xdp_md* ctx) { return bpf_get_smp_processor_id() & 1; }
SEC("xdp") int prints(struct xdp_md* ctx) {
  bpf_printk("here");
  return XDP_PASS;
}
SEC("xdp") int fetches(struct xdp_md* ctx) {
  struct value* v = first();
  return v ? __sync_fetch_and_add(&v->n, 1) & 1 : 0;
}
SEC("xdp") int evicts(struct xdp_md* ctx) {
  __u32 key = 0;
  return bpf_map_lookup_elem(&lru, &key) ? XDP_PASS : XDP_DROP;
}
SEC("xdp") int large_value(struct xdp_md* ctx) {
  __u32 key = 0;
  struct large* v = bpf_map_lookup_elem(&of_large, &key);
  return v ? v->bytes[63] & 1 : 0;
}
SEC("xdp") int grows(struct xdp_md* ctx) { return bpf_xdp_adjust_tail(ctx, 4) ? XDP_DROP : XDP_PASS; }
SEC("xdp") int jumps_far(struct xdp_md* ctx) {
  return bpf_xdp_adjust_head(ctx, 200) ? XDP_DROP : XDP_PASS;
}
SEC("xdp") int reads_far(struct xdp_md* ctx) {
  BYTES(3000);
  return data[2999] & 1;
}
SEC("xdp") int counts_in_pieces(struct xdp_md* ctx) {
  BYTES(14);
  struct value* v = first();
  if (!v)
    return XDP_PASS;
  __sync_fetch_and_add(&v->a, 1);
  *(__u8*)&v->a = data[0];
  return XDP_PASS;
}
SEC("xdp") int looks_up_constants(struct xdp_md* ctx) {
  BYTES(14);
  return table[data[0] & 63] & 1;
}
SEC("xdp") int indexes_the_stack(struct xdp_md* ctx) {
  BYTES(34);
  __u8 bytes[16];
  __builtin_memcpy(bytes, data, 16);
  bytes[data[20] & 15] = 3;
  return bytes[data[21] & 15] & 1;
}
SEC("xdp") int chooses_a_queue(struct xdp_md* ctx) {
  ctx->rx_queue_index = 3;
  return XDP_PASS;
}
SEC("xdp") int draws(struct xdp_md* ctx) { return bpf_get_prandom_u32() & 1; }
SEC("xdp") int looks_up(struct xdp_md* ctx) {
  struct value* v = first();
  return v ? v->a & 1 : 0;
}
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} told SEC(".maps");

SEC("xdp") int sends_events(struct xdp_md* ctx) {
  __u64 length = ctx->data_end - ctx->data;
  bpf_perf_event_output(ctx, &told, BPF_F_CURRENT_CPU, &length, sizeof(length));
  return XDP_PASS;
}

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");
SEC("xdp") int fills_a_ring(struct xdp_md* ctx) {
  __u64 length = ctx->data_end - ctx->data;
  bpf_ringbuf_output(&ring, &length, sizeof(length), 0);
  return XDP_PASS;
}
SEC("xdp") int sends_much(struct xdp_md* ctx) {
  BYTES(100);
  bpf_perf_event_output(ctx, &told, BPF_F_CURRENT_CPU, data, 100);
  return XDP_PASS;
}
SEC("xdp") int sends_elsewhere(struct xdp_md* ctx) {
  __u64 length = ctx->data_end - ctx->data;
  bpf_perf_event_output(ctx, &told, length & 3, &length, sizeof(length));
  return XDP_PASS;
}

SEC("tc") int tc_drops_short(struct __sk_buff* skb) { return skb->len < 60 ? 2 : -1; }
SEC("tc") int tc_reads_mark(struct __sk_buff* skb) { return skb->mark == 7 ? 2 : -1; }
SEC("tc") int tc_reads_cb(struct __sk_buff* skb) { return skb->cb[2] == 7 ? 2 : -1; }
SEC("tc") int tc_marks(struct __sk_buff* skb) {
  skb->mark = skb->len;
  return -1;
}
SEC("tc") int tc_tags(struct __sk_buff* skb) { return bpf_skb_vlan_push(skb, 0x81, 5) ? 2 : -1; }
SEC("tc") int tc_redirects(struct __sk_buff* skb) { return bpf_redirect(3, 0); }
SEC("tc") int tc_grows(struct __sk_buff* skb) {
  return bpf_skb_change_tail(skb, skb->len + 4, 0) ? 2 : -1;
}

SEC("xdp") int has_metadata(struct xdp_md* ctx) {
  return bpf_xdp_adjust_meta(ctx, -4) ? XDP_DROP : XDP_PASS;
}
SEC("xdp") int races(struct xdp_md* ctx) {
  struct value* v = first();
  if (v)
    v->n += 3;
  return XDP_PASS;
}
SEC("xdp") int verdict_of_the_packet(struct xdp_md* ctx) {
  BYTES(14);
  return data[0];
}
