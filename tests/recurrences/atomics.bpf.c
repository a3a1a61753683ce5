// SPDX-License-Identifier: Apache-2.0
// Atomic operations that give back what was there: add, and, or, xor, exchange, compare and exchange.
#include "recurrence.h"

struct cells {
	__u64 number, last, mask;
	__u32 owner, ticket;
};

static __always_inline int update(struct cells *c, struct packet *p)
{
	__u64 number = __sync_fetch_and_add(&c->number, p->size);
	__u64 before = __sync_lock_test_and_set(&c->last, p->now);
	__u64 mask = __sync_fetch_and_or(&c->mask, 1ull << (p->ip->ttl & 63));
	__u32 owner = __sync_val_compare_and_swap(&c->owner, 0, p->size);
	__u32 ticket = __sync_val_compare_and_swap(&c->ticket, number & 7, number & 15);

	return (number ^ before ^ mask ^ owner ^ ticket) & 1 ? XDP_TX : XDP_PASS;
}

PROGRAM(atomics, struct cells);
