// SPDX-License-Identifier: Apache-2.0
// Takes a random sample of one packet in a hundred, writes a line about each, and counts by CPU how many it saw and
// took.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct counters {
	__u64 seen;
	__u64 taken;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32); // CPU
	__type(value, struct counters);
} cpus SEC(".maps");

const volatile __u32 one_in = 100;

SEC("xdp")
int sampler(struct xdp_md *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct counters *counters = bpf_map_lookup_elem(&cpus, &cpu);

	if (!counters)
		return XDP_PASS;
	counters->seen += 1;
	if (bpf_get_prandom_u32() % one_in == 0) {
		counters->taken += 1;
		bpf_printk("sample: %d bytes on queue %d, cpu %d", ctx->data_end - ctx->data, ctx->rx_queue_index, cpu);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
