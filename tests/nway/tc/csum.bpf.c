// Checksums in place: all sizes and flags, good and bad arguments.
#include "note.h"

SEC("tc") int csum(struct __sk_buff *skb)
{
	__u32 from = 0, to = 0x0a0b0c0d;
	__u16 f2 = 0;
	if (bpf_skb_load_bytes(skb, 26, &from, 4))
		return TC_ACT_UNSPEC;
	bpf_skb_load_bytes(skb, 22, &f2, 2);
	note(0, bpf_l3_csum_replace(skb, 24, from, to, 4));
	note(0, bpf_l3_csum_replace(skb, 24, f2, f2 + 1, 2));
	note(0, bpf_l4_csum_replace(skb, 50, from, to, BPF_F_PSEUDO_HDR | 4));
	note(0, bpf_l4_csum_replace(skb, 40, f2, to, BPF_F_MARK_MANGLED_0 | 2));
	note(0, bpf_l4_csum_replace(skb, 40, 0, to + from, BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE));
	note(1, bpf_l4_csum_replace(skb, 40, 1, to, 0));
	note(1, bpf_l4_csum_replace(skb, 41, 1, to, 2));
	note(1, bpf_l4_csum_replace(skb, 300, 1, to, 2));
	note(1, bpf_l3_csum_replace(skb, 40, 1, to, 3));
	note(1, bpf_l3_csum_replace(skb, 40, 1, to, 0x14));
	note(1, bpf_l4_csum_replace(skb, 40, 1, to, 0x104));
	note(1, bpf_l4_csum_replace(skb, 40, 1, to, 0x84));
	note(2, bpf_csum_diff(&from, 4, &to, 4, 17));
	__u64 s = bpf_csum_diff(&from, 4, &to, 4, 0);
	note(2, bpf_l3_csum_replace(skb, 24, 0, s, 0));
	note(3, bpf_skb_store_bytes(skb, 26, &to, 4, BPF_F_INVALIDATE_HASH));
	return TC_ACT_OK;
}
