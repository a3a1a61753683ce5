// SPDX-License-Identifier: Apache-2.0
// A virtual queue: when the last byte of a flow would leave its link; dropped where it would wait too long.
#include "recurrence.h"

struct queue {
	__u64 free; // ns
};

static __always_inline int update(struct queue *q, struct packet *p)
{
	__u64 start = q->free > p->now ? q->free : p->now;

	if (start - p->now > 2000)
		return XDP_DROP;
	q->free = start + p->size;
	return XDP_PASS;
}

PROGRAM(tx_queue, struct queue);
