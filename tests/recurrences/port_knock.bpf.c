// SPDX-License-Identifier: Apache-2.0
// Knocking: three lengths in the right order, none later than 50 us behind the one before, open the door.
#include "recurrence.h"

struct door {
	__u32 stage;
	__u64 last;
};

static __always_inline int update(struct door *d, struct packet *p)
{
	__u32 knock = bpf_ntohs(p->ip->id) & 3;

	if (d->stage == 3) {
		if (p->now - d->last > 50000) {
			d->stage = 0;
			return XDP_DROP;
		}
		d->last = p->now;
		return XDP_PASS;
	}
	if (p->now - d->last > 50000)
		d->stage = 0;
	if (knock == d->stage)
		d->stage++;
	else
		d->stage = knock == 0;
	d->last = p->now;
	return XDP_DROP;
}

PROGRAM(port_knock, struct door);
