// SPDX-License-Identifier: Apache-2.0
// Bob Jenkins' lookup3 for a few 32-bit words (public domain algorithm), written for these programs.
#pragma once

#include <linux/types.h>

static __always_inline __u32 rotate(__u32 x, int n)
{
	return x << n | x >> (32 - n);
}

static __always_inline __u32 hash_three(__u32 a, __u32 b, __u32 c, __u32 seed)
{
	const __u32 start = 0xdeadbeef + (3 << 2) + seed;

	a += start;
	b += start;
	c += start;
	c ^= b;
	c -= rotate(b, 14);
	a ^= c;
	a -= rotate(c, 11);
	b ^= a;
	b -= rotate(a, 25);
	c ^= b;
	c -= rotate(b, 16);
	a ^= c;
	a -= rotate(c, 4);
	b ^= a;
	b -= rotate(a, 14);
	c ^= b;
	c -= rotate(b, 24);
	return c;
}

static __always_inline __u32 hash_four(const __u32 *word, __u32 seed)
{
	__u32 a = 0xdeadbeef + (4 << 2) + seed, b = a, c = a;

	a += word[0];
	b += word[1];
	c += word[2];
	a -= c;
	a ^= rotate(c, 4);
	c += b;
	b -= a;
	b ^= rotate(a, 6);
	a += c;
	c -= b;
	c ^= rotate(b, 8);
	b += a;
	a -= c;
	a ^= rotate(c, 16);
	c += b;
	b -= a;
	b ^= rotate(a, 19);
	a += c;
	c -= b;
	c ^= rotate(b, 4);
	b += a;
	return hash_three(a + word[3], b, c, 0);
}
