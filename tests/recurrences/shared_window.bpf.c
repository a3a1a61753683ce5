// SPDX-License-Identifier: Apache-2.0
// Fields that depend on each other both ways: the window restarts when it is old or full, and how long a full one
// blocks is kept beside it.
#include "recurrence.h"

struct window {
	__u64 start;
	__u32 count;
	__u32 blocked;
};

static __always_inline int update(struct window *w, struct packet *p)
{
	if (w->blocked) {
		if (p->now - w->start < 5000)
			return XDP_DROP;
		w->blocked = 0;
		w->count = 0;
		w->start = p->now;
	}
	if (p->now - w->start > 1000) {
		w->start = p->now;
		w->count = 1;
		return XDP_PASS;
	}
	if (++w->count > 10) {
		w->blocked = 1;
		w->start = p->now;
		return XDP_DROP;
	}
	return XDP_PASS;
}

PROGRAM(shared_window, struct window);
