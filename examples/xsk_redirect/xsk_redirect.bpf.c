// SPDX-License-Identifier: Apache-2.0
// Gives UDP to a port range to the AF_XDP socket of the receive queue, if there is one, and all the rest to the
// stack.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32); // receive queue
	__type(value, __u32); // socket
} sockets SEC(".maps");

const volatile __u16 first_port = 4000, last_port = 4999;

SEC("xdp")
int xsk_redirect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 queue = ctx->rx_queue_index;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u16 port;

	if ((void *)(udp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_UDP || ip->ihl != 5)
		return XDP_PASS;
	port = bpf_ntohs(udp->dest);
	if (port < first_port || port > last_port)
		return XDP_PASS;

	// On kernels before 5.3 the flags were no verdict yet, hence the lookup that one still finds in many programs.
	if (bpf_map_lookup_elem(&sockets, &queue))
		return bpf_redirect_map(&sockets, queue, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
