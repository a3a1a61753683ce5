// Records of a ring buffer: written in place, given as a whole, thrown away, two at a time, in the other order; a ring
// buffer that gets full within a packet.
#include "programs.h"

RING(small, 4096);
RING(large, 65536);
RESULTS;

struct record {
	__u8 kind;
	__u64 length;
	__u16 ports[2];
	__u8 rest[6];
};

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	BEGIN;
	__u8 *bytes = data, copy[24] = {};
	__u64 length = data_end - data;

	if (bytes + 40 > (__u8 *)data_end)
		return XDP_DROP;
	struct record *first = bpf_ringbuf_reserve(&large, sizeof(*first), 0);
	if (!first)
		return XDP_ABORTED;
	struct record *second = bpf_ringbuf_reserve(&large, sizeof(*second), bytes[0] & 1);
	first->kind = bytes[1];
	first->length = length;
	first->ports[bytes[2] & 1] = length;
	NOTE(0, bpf_ringbuf_query(&large, BPF_RB_AVAIL_DATA));
	if (second) {
		second->kind = 2;
		__builtin_memcpy(second->rest, bytes + 4, 6);
		second->rest[bytes[3] & 3] += 1;
		if (bytes[2] & 2)
			bpf_ringbuf_submit(second, 0);
		else
			bpf_ringbuf_discard(second, BPF_RB_NO_WAKEUP);
	}
	if (bytes[2] & 4)
		bpf_ringbuf_discard(first, 0);
	else
		bpf_ringbuf_submit(first, BPF_RB_FORCE_WAKEUP);
	__builtin_memcpy(copy, bytes + 10, sizeof(copy));
	for (int i = 0; i < 5; i++)
		NOTE(1 + i, bpf_ringbuf_output(&small, copy, (bytes[4] & 15) + i, bytes[5] & 3));
	NOTE(6, bpf_ringbuf_output(&small, copy, 8, bytes[6] & 7));
	NOTE(7, bpf_ringbuf_query(&small, BPF_RB_AVAIL_DATA));
	NOTE(8, bpf_ringbuf_query(&small, BPF_RB_RING_SIZE));
	for (int i = 0; i < 5; i++) { // most of the ring buffer, without events
		__u8 *big = bpf_ringbuf_reserve(&small, 900, 0);
		if (!big) {
			NOTE(9, i);
			break;
		}
		big[i] = i;
		bpf_ringbuf_discard(big, 0);
	}
	__u8 *last = bpf_ringbuf_reserve(&small, 100 + 156, 0);
	if (last) {
		last[bytes[7] & 63] = bytes[3];
		last[255] = bytes[8];
		bpf_ringbuf_submit(last, 0);
	} else {
		NOTE(11, 1);
	}
	void *never = bpf_ringbuf_reserve(&small, 4089, 0);
	if (never)
		bpf_ringbuf_submit(never, 0);
	else
		NOTE(10, 1);
	return XDP_PASS;
}
