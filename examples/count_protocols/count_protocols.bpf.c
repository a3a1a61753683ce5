// SPDX-License-Identifier: Apache-2.0
// Counts IPv4 packets by protocol in a hash map. The host puts in the protocols that it wants to know about
// (maps.json); a packet of any other protocol is counted in `others`.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); // IP protocol number
	__type(value, __u64); // packets
} protocols SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} others SEC(".maps");

static void count_other(void)
{
	__u32 zero = 0;
	__u64 *packets = bpf_map_lookup_elem(&others, &zero);

	// The verifier wants the test although a lookup in an array can't fail here.
	if (packets)
		__sync_fetch_and_add(packets, 1);
}

SEC("xdp")
int count_protocols(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 protocol;
	__u64 *packets;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP)) {
		count_other();
		return XDP_PASS;
	}

	protocol = ip->protocol;
	packets = bpf_map_lookup_elem(&protocols, &protocol);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	else
		count_other();
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
