// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071) and its incremental update (RFC 1624). Sums are one's complement and so don't
// depend on byte order: everything stays in network order.
#pragma once

#include <linux/types.h>

// A sum of 16-bit words to 16 bits: carries are added to the low end until none is left.
static __always_inline __u16 checksum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

// RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
static __always_inline void checksum_replace16(__u16 *check, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~*check + (__u32)(__u16)~from + to;

	*check = ~checksum_fold(sum);
}

static __always_inline void checksum_replace32(__u16 *check, __u32 from, __u32 to)
{
	__u32 sum = (__u16)~*check;

	sum += (__u16)~from;
	sum += (__u16)~(from >> 16);
	sum += to & 0xffff;
	sum += to >> 16;
	*check = ~checksum_fold(sum);
}
