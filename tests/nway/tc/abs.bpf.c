// LD_ABS and LD_IND, inside and outside of the packet.
#include "note.h"

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");
SEC("classifier") int abs_loads(struct __sk_buff *skb)
{
	note(0, load_half(skb, 12));
	unsigned n = load_byte(skb, 14) & 15;
	note(1, n);
	note(2, load_word(skb, 14 + n * 4));
	note(3, load_byte(skb, -0x100000 + 9));
	note(3, load_half(skb, -0x200000 + 6));
	skb->mark = n;
	note(4, load_word(skb, 90));
	skb->mark = 77;
	return TC_ACT_SHOT;
}
