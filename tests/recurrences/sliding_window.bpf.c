// SPDX-License-Identifier: Apache-2.0
// Two windows of counts: the one before counts by the share of it that the sliding window still covers.
#include "recurrence.h"

struct window {
	__u64 number; // of the window
	__u32 now;
	__u32 before;
};

static __always_inline int update(struct window *w, struct packet *p)
{
	__u64 number = p->now >> 12;
	__u32 inside = p->now & 4095;

	if (number != w->number) {
		w->before = number == w->number + 1 ? w->now : 0;
		w->now = 0;
		w->number = number;
	}
	w->now++;
	return w->now + (w->before * (4096 - inside) >> 12) > 30 ? XDP_DROP : XDP_PASS;
}

PROGRAM(sliding_window, struct window);
