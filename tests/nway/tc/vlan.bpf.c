// VLAN tags in and out, in the data and beside it.
#include "note.h"

SEC("tc") int vlan(struct __sk_buff *skb)
{
	__u32 b = 0;
	note(0, skb->protocol);
	if (skb->len & 1) {
		note(1, bpf_skb_vlan_pop(skb));
		note(0, skb->protocol);
		note(2, skb->vlan_tci);
		note(2, skb->vlan_present);
	}
	note(3, bpf_skb_vlan_push(skb, skb->len & 2 ? 0xa888 : 0x1234, 100 + skb->len));
	note(0, skb->protocol);
	if (skb->len & 4) {
		note(3, bpf_skb_vlan_push(skb, 0x0081, 7));
		note(0, skb->protocol);
		note(2, skb->vlan_proto);
	}
	note(4, bpf_skb_load_bytes_relative(skb, 0, &b, 4, BPF_HDR_START_NET));
	note(4, b);
	if (skb->len & 8) {
		note(1, bpf_skb_vlan_pop(skb));
		note(0, skb->protocol);
		note(2, skb->vlan_tci);
	}
	note(4, bpf_skb_load_bytes_relative(skb, 0, &b, 4, BPF_HDR_START_NET));
	note(4, b);
	note(5, skb->len);
	return TC_ACT_OK;
}
