// SPDX-License-Identifier: Apache-2.0
// Answers pings on behalf of the host. Sums are made by bpf_csum_diff(): one over the four bytes that change, one
// over the whole IP header to check it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

enum {
	ECHO_REPLY = 0,
	ECHO_REQUEST = 8,
};

struct icmphdr {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be16 id;
	__be16 sequence;
};

SEC("xdp")
int icmp_echo(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct icmphdr *icmp = (void *)(ip + 1);
	__u8 mac[ETH_ALEN];
	__be32 address, before, after;
	__s64 sum;

	if ((void *)(icmp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_ICMP || icmp->type != ECHO_REQUEST)
		return XDP_PASS;

	sum = bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0);
	if (checksum_fold(sum) != 0xffff)
		return XDP_DROP;

	// Type, code and checksum are one 32-bit word; the checksum counts as zero on both sides.
	before = *(__be32 *)icmp & bpf_htonl(0xffff0000);
	icmp->type = ECHO_REPLY;
	after = *(__be32 *)icmp & bpf_htonl(0xffff0000);
	sum = bpf_csum_diff(&before, sizeof(before), &after, sizeof(after), (__u16)~icmp->checksum);
	icmp->checksum = ~checksum_fold(sum);

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	address = ip->daddr;
	ip->daddr = ip->saddr;
	ip->saddr = address;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Apache-2.0";
