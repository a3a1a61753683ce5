// SPDX-License-Identifier: Apache-2.0
// Spreads flows over CPUs: the hash of a flow picks the CPU that will run the network stack for it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define CPUS 4

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CPUS);
	__type(key, __u32);
	__type(value, __u64);
} sent SEC(".maps");

SEC("xdp")
int cpumap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 cpu = 0;
	__u64 *packets;

	if ((void *)(ip + 1) <= data_end && eth->h_proto == bpf_htons(ETH_P_IP)) {
		// Both directions of a flow shall meet on one CPU: the sum doesn't care for the order.
		__u32 mix = (ip->saddr + ip->daddr) * 0x9e3779b1;

		cpu = mix >> 30;
	}

	packets = bpf_map_lookup_elem(&sent, &cpu);
	if (packets)
		*packets += 1;
	// The lower bits of the flags are the verdict for an empty slot.
	return bpf_redirect_map(&cpus, cpu, XDP_PASS);
}

char LICENSE[] SEC("license") = "Apache-2.0";
