// Tail calls among tc programs, and a look-up by what a program before them left in cb.
#include "note.h"

SEC("tc") int second(struct __sk_buff *skb)
{
	note(1, skb->cb[0]);
	skb->mark = skb->cb[0] + skb->len;
	return skb->len & 2 ? TC_ACT_OK : bpf_redirect(5, 0);
}

SEC("tc") int third(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 20 > end)
		return TC_ACT_SHOT;
	*(__u32 *)(data + 16) ^= skb->cb[0];
	note(2, skb->len);
	return TC_ACT_PIPE;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, int(struct __sk_buff *));
} programs SEC(".maps") = {.values = {[0] = (void *)&second, [2] = (void *)&third}};

SEC("tc") int first(struct __sk_buff *skb)
{
	skb->cb[0] = skb->len * 7;
	bpf_tail_call(skb, &programs, skb->len & 3);
	note(0, skb->len);
	return TC_ACT_UNSPEC;
}
