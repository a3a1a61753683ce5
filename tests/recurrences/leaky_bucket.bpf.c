// SPDX-License-Identifier: Apache-2.0
// A leaky bucket: the level falls with time, never below zero, and rises with each packet that is let through.
#include "recurrence.h"

struct bucket {
	__u64 level; // bytes * 16
	__u64 last;
};

static __always_inline int update(struct bucket *b, struct packet *p)
{
	__u64 leaked = (p->now - b->last) * 40, level = b->level;

	b->last = p->now;
	level = level > leaked ? level - leaked : 0;
	if (level + p->size * 16 > 24000) {
		b->level = level;
		return XDP_DROP;
	}
	b->level = level + p->size * 16;
	return XDP_PASS;
}

PROGRAM(leaky_bucket, struct bucket);
