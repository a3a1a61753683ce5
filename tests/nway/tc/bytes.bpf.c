// Bytes, hash, checksum level and packet type by helpers, good and bad arguments.
#include "note.h"

SEC("tc") int bytes(struct __sk_buff *skb)
{
	__u8 b[16] = {1, 2, 3};
	__u64 w = 0x1122334455667788;
	note(0, bpf_skb_load_bytes(skb, 14, b, 8));
	note(1, b[0] + b[7] * 256 + b[8]);
	note(2, bpf_skb_load_bytes(skb, skb->len - 5, b, 6));
	note(1, b[0] + b[5]);
	note(3, bpf_skb_load_bytes_relative(skb, 4, b, 4, BPF_HDR_START_NET));
	note(1, b[1]);
	note(3, bpf_skb_load_bytes_relative(skb, 70, b, 4, BPF_HDR_START_MAC));
	note(1, b[1]);
	note(3, bpf_skb_load_bytes_relative(skb, 70, b, 4, 2));
	note(1, b[1]);
	note(4, bpf_skb_store_bytes(skb, 20, &w, 8, 0));
	if (skb->len < 200)
		note(4, bpf_skb_store_bytes(skb, skb->len - 4, &w, 4, BPF_F_RECOMPUTE_CSUM));
	if (skb->len < 200)
		note(4, bpf_skb_store_bytes(skb, skb->len - 3, &w, 4, 0));
	note(4, bpf_skb_store_bytes(skb, 0, &w, 4, 8));
	note(5, bpf_skb_pull_data(skb, 60));
	note(5, bpf_skb_pull_data(skb, 0));
	note(5, bpf_skb_pull_data(skb, skb->len + 1));
	bpf_set_hash(skb, w);
	note(6, skb->hash);
	if (skb->len > 100)
		bpf_set_hash_invalid(skb);
	note(7, bpf_csum_update(skb, 5));
	note(7, bpf_csum_level(skb, 0));
	note(7, bpf_csum_level(skb, 1));
	note(7, bpf_csum_level(skb, 0));
	note(7, bpf_csum_level(skb, 1));
	note(7, bpf_csum_level(skb, 0));
	note(7, bpf_csum_level(skb, 2));
	note(7, bpf_csum_level(skb, 0));
	note(7, bpf_csum_level(skb, 9));
	note(7, bpf_csum_level(skb, 3));
	note(7, bpf_csum_level(skb, 0));
	note(6, bpf_skb_change_type(skb, skb->len & 7));
	note(6, skb->pkt_type);
	return TC_ACT_OK;
}
