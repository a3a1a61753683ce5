// SPDX-License-Identifier: Apache-2.0
// Connections have to be asked for twice: the first SYN of a source for a port is dropped and remembered in a Bloom
// filter, the next one passes. Real clients try again within a second; scanners don't. A filter never forgets: the host
// loads the program anew from time to time.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct knock {
	__be32 source;
	__be16 port;
	__u16 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 4000);
	__uint(map_extra, 3); // hash functions
	__type(value, struct knock);
} asked SEC(".maps");

enum class { OTHER, FIRST, AGAIN, CLASSES };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLASSES);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline void count(__u32 class)
{
	__u64 *packets = bpf_map_lookup_elem(&counts, &class);

	if (packets)
		(*packets)++;
}

SEC("xdp")
int greylist(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct knock knock = {};

	if ((void *)(tcp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_TCP || ip->ihl != 5 || !tcp->syn || tcp->ack) {
		count(OTHER);
		return XDP_PASS;
	}
	knock.source = ip->saddr;
	knock.port = tcp->dest;
	if (bpf_map_peek_elem(&asked, &knock) == 0) {
		count(AGAIN);
		return XDP_PASS;
	}
	bpf_map_push_elem(&asked, &knock, BPF_ANY);
	count(FIRST);
	return XDP_DROP;
}

char _license[] SEC("license") = "Apache-2.0";
