// bpf_skb_adjust_room and bpf_skb_change_proto: modes, flags, and what they refuse.
#include "note.h"

SEC("tc") int room(struct __sk_buff *skb)
{
	__u64 w = 0x1122334455667788;
	__u32 b;
	switch (skb->len & 7) {
	case 0:
		note(0, bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
		note(1, bpf_skb_store_bytes(skb, 14, &w, 8, 0));
		note(2, skb->protocol);
		note(0, bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
		note(3, bpf_skb_change_tail(skb, 60, 0));
		break;
	case 1:
		note(0, bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_NET, 0));
		break;
	case 2:
		note(0, bpf_skb_adjust_room(skb, 48, BPF_ADJ_ROOM_MAC,
					    BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP |
						BPF_F_ADJ_ROOM_FIXED_GSO));
		note(2, skb->protocol);
		break;
	case 3:
		note(0, bpf_skb_adjust_room(skb, -20, BPF_ADJ_ROOM_MAC, 1 << 8));
		note(2, skb->protocol);
		break;
	case 4:
		note(0, bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_NET, 0));
		note(1, bpf_skb_store_bytes(skb, 34, &w, 8, 0));
		break;
	case 5:
		note(0, bpf_skb_adjust_room(skb, -(skb->len & 31), BPF_ADJ_ROOM_MAC, 0));
		break;
	case 6:
		note(0, bpf_skb_adjust_room(skb, 4, 3, 0));
		note(0, bpf_skb_adjust_room(skb, 4, 1, 1 << 9));
		note(0, bpf_skb_adjust_room(skb, 4, 1, 6));
		note(0, bpf_skb_adjust_room(skb, 4, 1, 1 << 7));
		note(0, bpf_skb_adjust_room(skb, 50, 1,
					    BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L2(14) |
						BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2_ETH));
		break;
	case 7:
		note(0, bpf_skb_change_proto(skb, skb->protocol == 8 ? 0xdd86 : 8, 0));
		note(2, skb->protocol);
		break;
	}
	note(4, bpf_skb_load_bytes_relative(skb, 0, &b, 4, BPF_HDR_START_NET));
	note(4, b);
	note(5, skb->len);
	return TC_ACT_OK;
}
