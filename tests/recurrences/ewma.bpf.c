// SPDX-License-Identifier: Apache-2.0
// Moving averages: of the size, signed as TCP's round-trip time, with its deviation; of the time between packets.
#include "recurrence.h"

struct averages {
	__s32 size;
	__s32 deviation;
	__u64 gap; // ns * 8
	__u64 last;
};

static __always_inline int update(struct averages *a, struct packet *p)
{
	__s32 error = (__s32)p->size * 8 - a->size;
	__u64 gap = p->now - a->last;

	a->last = p->now;
	a->size += error >> 3;
	if (error < 0)
		error = -error;
	a->deviation += (error - a->deviation) >> 2;
	a->gap += gap - (a->gap >> 3);
	return XDP_PASS;
}

PROGRAM(ewma, struct averages);
