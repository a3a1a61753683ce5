// SPDX-License-Identifier: Apache-2.0
// Copies the first bytes of packets to user space through a perf event array, as a capture tool does. Each sample is a
// header that tells where the packet came from and how long it was, and behind it the bytes of the packet, which the
// helper takes from the packet itself.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 one_in = 1;	// packets
const volatile __u32 snap_length = 96;	// bytes of each packet at most

struct sample {
	__u64 time; // ns
	__u32 number; // of the packet
	__u32 ifindex;
	__u32 queue;
	__u16 length;
	__u16 captured;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} seen SEC(".maps");

SEC("xdp")
int header_sampler(struct xdp_md *ctx)
{
	__u32 zero = 0, length = bpf_xdp_get_buff_len(ctx);
	__u32 *number = bpf_map_lookup_elem(&seen, &zero);

	if (!number)
		return XDP_ABORTED;
	__u32 now = (*number)++;

	if (now % one_in != 0)
		return XDP_PASS;
	struct sample sample = {
		.time = bpf_ktime_get_ns(),
		.number = now,
		.ifindex = ctx->ingress_ifindex,
		.queue = ctx->rx_queue_index,
		.length = length,
		.captured = length < snap_length ? length : snap_length,
	};

	// The upper half of the flags is the number of bytes that are taken from the packet.
	bpf_perf_event_output(ctx, &samples, (__u64)sample.captured << 32 | BPF_F_CURRENT_CPU, &sample,
			      sizeof(sample));
	return XDP_PASS;
}

// The helper is for programs under the GPL only; the kernel checks this string.
char LICENSE[] SEC("license") = "GPL";
