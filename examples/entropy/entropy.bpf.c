// SPDX-License-Identifier: Apache-2.0
// A cheap test for encrypted payloads: counts the high nibbles of 32 bytes in an array on the stack, and marks
// packets in which no value is frequent. Indices into the stack come from the packet.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SAMPLE 32

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SAMPLE + 1);
	__type(key, __u32); // how often the most frequent nibble came
	__type(value, __u64); // packets
} peaks SEC(".maps");

SEC("xdp")
int entropy(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u8 *payload = (void *)(udp + 1);
	__u8 nibbles[16] = {};
	__u32 peak = 0;
	__u64 *packets;

	if ((void *)(payload + SAMPLE) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	for (int i = 0; i < SAMPLE; i++) {
		__u8 *count = &nibbles[payload[i] >> 4];

		*count += 1;
		if (*count > peak)
			peak = *count;
	}
	packets = bpf_map_lookup_elem(&peaks, &peak);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return peak <= 6 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
