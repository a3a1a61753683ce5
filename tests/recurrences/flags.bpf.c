// SPDX-License-Identifier: Apache-2.0
// Bits: set, cleared, toggled; the first packet with a bit not seen before is sent back.
#include "recurrence.h"

struct bits {
	__u32 seen;
	__u16 toggles;
	__u8 alarm;
	__u64 sizes;
};

static __always_inline int update(struct bits *b, struct packet *p)
{
	__u32 bit = 1u << (p->ip->id & 31);
	int fresh = !(b->seen & bit);

	b->seen |= bit;
	if (p->size & 1)
		b->seen &= ~0x80000000u;
	b->toggles ^= 1u << (p->ip->ttl & 15);
	if (b->seen == 0x7fffffff)
		b->alarm |= 1;
	b->sizes |= 1ull << (p->size / 32 & 63);
	return fresh ? XDP_TX : XDP_PASS;
}

PROGRAM(flags, struct bits);
