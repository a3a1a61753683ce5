// A tc program's helpers that touch the packet's bytes only: the card's words have them, too. Verdicts come out of
// arithmetic.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} notes SEC(".maps");

static __always_inline void note(__u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&notes, &key);

	if (v)
		__sync_fetch_and_add(v, n);
}

SEC("tc")
int bytes(struct __sk_buff *skb)
{
	__u8 head[20];

	note(0, skb->protocol);
	note(1, skb->len);
	if (bpf_skb_load_bytes(skb, 14, head, sizeof(head)))
		return TC_ACT_UNSPEC;
	note(2, head[0] * 3 + head[19]);
	__u16 was = *(__u16 *)(head + 2), is = bpf_htons(skb->len);
	if (!bpf_skb_store_bytes(skb, 16, &is, 2, 0))
		note(3, bpf_l3_csum_replace(skb, 24, was, is, 2) != 0);
	if (bpf_skb_pull_data(skb, 40))
		return TC_ACT_SHOT;
	return head[8] > 100 ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
