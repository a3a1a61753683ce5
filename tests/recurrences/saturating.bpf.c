// SPDX-License-Identifier: Apache-2.0
// Counters that stay at their end: up, down, and by a step; one that warns once.
#include "recurrence.h"

struct counters {
	__u8 up;
	__u16 step;
	__u32 down;
	__u64 bytes;
};

static __always_inline int update(struct counters *c, struct packet *p)
{
	if (c->up != 255)
		c->up++;
	c->step = c->step + p->size > 60000 ? 60000 : c->step + p->size;
	c->down = c->down > p->size ? c->down - p->size : 0;
	if (c->bytes < 100000 && c->bytes + p->size >= 100000) {
		c->bytes += p->size;
		return XDP_TX;
	}
	c->bytes += p->size;
	return XDP_PASS;
}

PROGRAM(saturating, struct counters);
