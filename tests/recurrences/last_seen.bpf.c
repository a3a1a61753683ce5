// SPDX-License-Identifier: Apache-2.0
// When a flow was seen first and last, the longest and the shortest gap, and bursts.
#include "recurrence.h"

struct times {
	__u64 first, last, longest, shortest;
	__u32 bursts, in_burst;
};

static __always_inline int update(struct times *t, struct packet *p)
{
	__u64 gap = p->now - t->last;

	if (!t->first)
		t->first = p->now;
	t->last = p->now;
	if (gap > t->longest)
		t->longest = gap;
	if (gap < t->shortest)
		t->shortest = gap;
	if (gap > 100) {
		t->bursts++;
		t->in_burst = 0;
	}
	t->in_burst++;
	return XDP_PASS;
}

PROGRAM(last_seen, struct times);
