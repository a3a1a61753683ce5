// SPDX-License-Identifier: Apache-2.0
// At most 20 packets in a window of 10 us; a window begins with the first packet behind the one before.
#include "recurrence.h"

struct window {
	__u64 start;
	__u32 count;
};

static __always_inline int update(struct window *w, struct packet *p)
{
	if (p->now - w->start > 10000) {
		w->start = p->now;
		w->count = 1;
		return XDP_PASS;
	}
	w->count++;
	return w->count > 20 ? XDP_DROP : XDP_PASS;
}

PROGRAM(fixed_window, struct window);
