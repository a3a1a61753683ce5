// SPDX-License-Identifier: Apache-2.0
// Numbered packets: how many came in order, how many are missing, how many came late.
#include "recurrence.h"

struct numbers {
	__u32 expected;
	__u64 in_order, lost, late;
};

static __always_inline int update(struct numbers *n, struct packet *p)
{
	__u32 number = bpf_ntohs(p->ip->id);

	if (number == n->expected) {
		n->in_order++;
		n->expected++;
	} else if (number > n->expected) {
		n->lost += number - n->expected;
		n->expected = number + 1;
	} else {
		n->late++;
		return XDP_DROP;
	}
	return XDP_PASS;
}

PROGRAM(sequence, struct numbers);
