// SPDX-License-Identifier: Apache-2.0
// Smallest, largest, sum and number of the sizes, and the last one.
#include "recurrence.h"

struct sizes {
	__u32 smallest, largest;
	__s32 lowest; // signed
	__u32 last;
	__u64 sum, number;
};

static __always_inline int update(struct sizes *s, struct packet *p)
{
	if (s->number == 0 || p->size < s->smallest)
		s->smallest = p->size;
	if (p->size > s->largest)
		s->largest = p->size;
	if ((__s32)(700 - p->size) < s->lowest)
		s->lowest = 700 - p->size;
	s->sum += p->size;
	s->number++;
	s->last = p->size;
	return XDP_PASS;
}

PROGRAM(min_max, struct sizes);
