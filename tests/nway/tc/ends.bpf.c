// Tail and head move, time stamps, MTU, redirects.
#include "note.h"

SEC("classifier/ends") int ends(struct __sk_buff *skb)
{
	__u32 b = 0, m = 0;
	__u64 w = 0x1122334455667788;
	note(3, bpf_check_mtu(skb, 0, &m, 20, 0));
	note(3, m);
	m = 0;
	note(3, bpf_check_mtu(skb, 0, &m, 0, BPF_MTU_CHK_SEGS));
	note(3, m);
	note(3, bpf_check_mtu(skb, 0, &m, 0, BPF_MTU_CHK_SEGS));
	if (skb->len & 1)
		note(0, bpf_skb_change_tail(skb, skb->len + 10, 0));
	else
		note(0, bpf_skb_change_tail(skb, skb->len & 2 ? 60 : 13, 0));
	note(5, skb->len);
	note(1, bpf_skb_change_head(skb, 14, 0));
	note(1, bpf_skb_change_head(skb, 14, 1));
	note(2, bpf_skb_store_bytes(skb, 6, &w, 4, 0));
	note(4, bpf_skb_set_tstamp(skb, skb->len & 4 ? 12345 : 0, skb->len & 3));
	note(4, skb->tstamp_type);
	note(6, skb->tstamp);
	return bpf_redirect(skb->len & 8 ? 7 : 3, skb->len & 16 ? BPF_F_INGRESS : skb->len & 32 ? 2 : 0);
}
