// SPDX-License-Identifier: Apache-2.0
// A token bucket whose contents may be negative, as tc's policer has it.
#include "recurrence.h"

struct bucket {
	__s64 tokens; // ns
	__u64 filled;
};

static __always_inline int update(struct bucket *b, struct packet *p)
{
	__s64 elapsed = p->now - b->filled, tokens;

	if (elapsed > 20000)
		elapsed = 20000;
	tokens = b->tokens + elapsed;
	if (tokens > 20000)
		tokens = 20000;
	tokens -= p->size * 8;
	b->filled = p->now;
	if (tokens < 0)
		return XDP_DROP;
	b->tokens = tokens;
	return XDP_PASS;
}

PROGRAM(token_bucket_signed, struct bucket);
