// A loop over the payload, a length that the packet names, a line of trace.
#include "note.h"

SEC("tc") int bounds(struct __sk_buff *skb)
{
	__u8 name[16] = {};
	__u32 sum = 0, n;

	if (bpf_skb_load_bytes(skb, 14, name, 1))
		return TC_ACT_SHOT;
	n = name[0] & 15;
	if (n && bpf_skb_load_bytes(skb, 15, name, n))
		bpf_printk("len=%d", skb->len);
	for (__u32 i = 0; i < sizeof name; i++)
		sum += name[i] * (i + 1);
	note(0, sum);
	skb->priority = sum;
	return TC_ACT_OK;
}
