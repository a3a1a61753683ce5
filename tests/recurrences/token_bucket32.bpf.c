// SPDX-License-Identifier: Apache-2.0
// A token bucket in fields of 32 bits, in microseconds: what elapsed is divided before it counts.
#include "recurrence.h"

struct bucket {
	__u32 tokens; // bytes
	__u32 filled; // us
};

static __always_inline int update(struct bucket *b, struct packet *p)
{
	__u32 now = p->now / 1000, tokens = b->tokens + (now - b->filled) * 10;

	b->filled = now;
	if (tokens > 3000)
		tokens = 3000;
	if (tokens < p->size) {
		b->tokens = tokens;
		return XDP_DROP;
	}
	b->tokens = tokens - p->size;
	return XDP_PASS;
}

PROGRAM(token_bucket32, struct bucket);
