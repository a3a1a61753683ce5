// SPDX-License-Identifier: Apache-2.0
// Instructions that exist from v3 or v4 on only: atomics that fetch, signed division, sign extension, byte swap.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

volatile __s64 big;
volatile __s32 word;
volatile __s16 half;
volatile __s8 byte;
__u64 cell;
__u32 cell32;

SEC("xdp")
int operations_v4(struct xdp_md *ctx)
{
	__s64 a = byte, b = half, c = word;
	__u64 old = 0;

	big = a / (b | 1) + c % (a | 1);
	word = (__s32)c / ((__s32)b | 1) + (__s32)a % ((__s32)b | 1);
	big = big + (__s8)big + (__s16)big + (__s32)big;
	word = (__s8)word + (__s16)word;
	big = __builtin_bswap64(big) + __builtin_bswap32(big) + __builtin_bswap16(big);
	old += __sync_fetch_and_add(&cell, 1);
	old += __sync_fetch_and_or(&cell, 2);
	old += __sync_fetch_and_and(&cell, 4);
	old += __sync_fetch_and_xor(&cell, 8);
	old += __sync_lock_test_and_set(&cell, 16);
	old += __sync_val_compare_and_swap(&cell, old, 32);
	old += __sync_fetch_and_add(&cell32, 1);
	old += __sync_fetch_and_or(&cell32, 2);
	old += __sync_fetch_and_and(&cell32, 4);
	old += __sync_fetch_and_xor(&cell32, 8);
	old += __sync_lock_test_and_set(&cell32, 16);
	old += __sync_val_compare_and_swap(&cell32, (__u32)old, 32);
	return old & 1;
}

char LICENSE[] SEC("license") = "GPL";
