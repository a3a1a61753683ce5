// SPDX-License-Identifier: Apache-2.0
// A token bucket that is filled in steps: only where a whole interval has gone by.
#include "recurrence.h"

struct bucket {
	__u64 tokens;
	__u64 filled;
};

static __always_inline int update(struct bucket *b, struct packet *p)
{
	__u64 elapsed = p->now - b->filled, tokens = b->tokens;

	if (elapsed > 1000) {
		tokens += elapsed >> 3;
		if (tokens > 2000)
			tokens = 2000;
		b->filled = p->now;
	}
	if (tokens < p->size) {
		b->tokens = tokens;
		return XDP_DROP;
	}
	b->tokens = tokens - p->size;
	return XDP_PASS;
}

PROGRAM(token_bucket_lazy, struct bucket);
