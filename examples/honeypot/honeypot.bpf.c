// SPDX-License-Identifier: Apache-2.0
// Sends suspicious traffic to a honeypot that sits behind a port of its own: everything from sources on a list, and
// everybody's attempts at services that nobody should use. Honest traffic passes.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct suspect {
	__u64 packets;
	__u64 last_seen; // ns
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __be32); // IPv4 source address
	__type(value, struct suspect);
} suspects SEC(".maps");

enum { HONEYPOT_PORT };

// Where a redirected packet leaves: slot -> interface.
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline int is_bait(__be16 port)
{
	switch (bpf_ntohs(port)) {
	case 23: // telnet
	case 445: // SMB
	case 2323: // telnet on devices
	case 3389: // remote desktop
		return 1;
	}
	return 0;
}

SEC("xdp")
int honeypot(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct suspect *suspect;
	struct tcphdr *tcp;
	__be32 source;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	source = ip->saddr;
	suspect = bpf_map_lookup_elem(&suspects, &source);
	if (suspect) {
		suspect->packets += 1;
		suspect->last_seen = bpf_ktime_get_ns();
		// The flags say what happens if the slot is empty: the packet is dropped.
		return bpf_redirect_map(&ports, HONEYPOT_PORT, XDP_DROP);
	}

	if (ip->protocol != IPPROTO_TCP || ip->ihl < 5)
		return XDP_PASS;
	tcp = (void *)ip + ip->ihl * 4; // behind the options, if there are any
	if ((void *)(tcp + 1) > data_end)
		return XDP_PASS;
	if (tcp->syn && !tcp->ack && is_bait(tcp->dest))
		return bpf_redirect_map(&ports, HONEYPOT_PORT, XDP_DROP);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
