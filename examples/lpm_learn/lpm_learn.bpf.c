// SPDX-License-Identifier: Apache-2.0
// A list of banned prefixes that packets extend themselves: whoever tries a service that nobody here offers has the
// /24 it comes from banned. The host may ban prefixes of any length, and exempt others: the longest one counts.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct prefix {
	__u32 length;
	__be32 address;
};

struct rule {
	__u64 since; // ns
	__u64 packets;
	__u32 exempt;
	__u32 reason; // what was tried; 0: by the host
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, struct rule);
} rules SEC(".maps");

__u64 learned, refused;

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

static __always_inline void learn(struct iphdr *ip, __be16 port)
{
	struct prefix key = { .length = 24, .address = ip->saddr };
	struct rule rule = { .since = bpf_ktime_get_ns(), .reason = bpf_ntohs(port) };
	long error = bpf_map_update_elem(&rules, &key, &rule, BPF_NOEXIST);

	if (!error)
		learned++;
	else if (error != -17) // EEXIST
		refused++;
}

SEC("xdp")
int lpm_learn(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct prefix key = { .length = 32 };
	struct rule *rule;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol == IPPROTO_TCP && ip->ihl == 5 && (void *)(tcp + 1) <= data_end && tcp->syn && !tcp->ack &&
	    is_bait(tcp->dest))
		learn(ip, tcp->dest);

	key.address = ip->saddr;
	rule = bpf_map_lookup_elem(&rules, &key);
	if (!rule)
		return XDP_PASS;
	rule->packets += 1;
	return rule->exempt ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
