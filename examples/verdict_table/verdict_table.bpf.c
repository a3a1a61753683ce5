// SPDX-License-Identifier: Apache-2.0
// A table of verdicts by IP protocol: the host can choose any, also wrong ones. Verdicts above XDP_REDIRECT count as
// XDP_ABORTED.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32); // IP protocol; slot 0 for what is not IPv4
	__type(value, __u32); // verdict
} verdicts SEC(".maps");

SEC("xdp")
int verdict_table(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 protocol = 0, *verdict;

	if ((void *)(ip + 1) <= data_end && eth->h_proto == bpf_htons(ETH_P_IP))
		protocol = ip->protocol;
	verdict = bpf_map_lookup_elem(&verdicts, &protocol);
	return verdict ? *verdict : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "Apache-2.0";
