// SPDX-License-Identifier: Apache-2.0
// A number that runs round: the next of 10 ports, the next of a range, and a random walk.
#include "recurrence.h"

struct turns {
	__u32 port;
	__u16 number;
	__u64 walk;
};

static __always_inline int update(struct turns *t, struct packet *p)
{
	__u32 port = t->port;

	t->port = port + 1 >= 10 ? 0 : port + 1;
	if (t->number < 1024 || t->number >= 60000)
		t->number = 1024;
	else
		t->number += 7;
	t->walk = t->walk * 5 + p->size;
	return port & 1 ? XDP_TX : XDP_PASS;
}

PROGRAM(round_robin, struct turns);
