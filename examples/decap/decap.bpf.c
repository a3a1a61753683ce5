// SPDX-License-Identifier: Apache-2.0
// The other end of a tunnel: takes the outer header off IP-in-IP packets for one of our addresses, whatever options
// it carries.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __be32); // our end of a tunnel
	__type(value, __u64); // packets that came out
} ends SEC(".maps");

SEC("xdp")
int decap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data, *inner_eth;
	struct iphdr *ip = (void *)(eth + 1);
	struct ethhdr saved;
	__be32 address;
	__u64 *packets;
	int header;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_IPIP || ip->ihl < 5 || ip->frag_off & bpf_htons(0x3fff))
		return XDP_PASS;
	address = ip->daddr;
	packets = bpf_map_lookup_elem(&ends, &address);
	if (!packets)
		return XDP_PASS;

	saved = *eth;
	header = ip->ihl * 4;
	if (bpf_xdp_adjust_head(ctx, header))
		return XDP_DROP; // not even an Ethernet header would be left
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	inner_eth = data;
	if ((void *)(inner_eth + 1) > data_end)
		return XDP_DROP;
	*inner_eth = saved;
	__sync_fetch_and_add(packets, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
