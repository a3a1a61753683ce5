// Loads of old (LD_ABS, LD_IND): outside of the packet the program ends, and the card lets the packet pass.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sums SEC(".maps");

static __always_inline void note(__u32 key, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&sums, &key);

	if (v)
		__sync_fetch_and_add(v, n);
}

SEC("classifier")
int abs_loads(struct __sk_buff *skb)
{
	note(0, load_half(skb, 12));
	__u32 n = load_byte(skb, 14) & 15;
	note(1, load_word(skb, 14 + n * 4));
	note(2, load_word(skb, 90));
	if (n & 1)
		return TC_ACT_SHOT;
	note(3, skb->len);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
