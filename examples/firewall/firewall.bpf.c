// SPDX-License-Identifier: Apache-2.0
// A stateful firewall between an inside and an outside. What comes from the inside passes. What comes from the
// outside passes only as an answer, that is, if its flow is in the table. The host fills the table (maps.json).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// A flow as seen from the inside, so that both directions find the same entry. Keys are compared as bytes,
// padding included: it is spelled out, and always zero.
struct flow {
	__be32 inside;
	__be32 outside;
	__be16 inside_port;
	__be16 outside_port;
	__u8 protocol;
	__u8 zero[3];
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, struct counters);
} flows SEC(".maps");

// The host can choose the inside interface before the program is compiled or loaded.
const volatile __u32 inside_ifindex = 2;

// TCP and UDP both start with these.
struct ports {
	__be16 source;
	__be16 dest;
};

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	int from_inside = ctx->ingress_ifindex == inside_ifindex;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct ports *ports = (void *)(ip + 1);
	struct flow flow = {};
	struct counters *counters;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_ARP))
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || (void *)(ports + 1) > data_end)
		return XDP_DROP;

	// Ports are where we look for them only without IP options and in the first fragment.
	if (ip->version != 4 || ip->ihl != 5 || ip->frag_off & bpf_htons(0x1fff))
		return XDP_DROP;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_DROP;

	flow.protocol = ip->protocol;
	flow.inside = from_inside ? ip->saddr : ip->daddr;
	flow.outside = from_inside ? ip->daddr : ip->saddr;
	flow.inside_port = from_inside ? ports->source : ports->dest;
	flow.outside_port = from_inside ? ports->dest : ports->source;

	counters = bpf_map_lookup_elem(&flows, &flow);
	if (!counters)
		return from_inside ? XDP_PASS : XDP_DROP;

	__sync_fetch_and_add(&counters->packets, 1);
	__sync_fetch_and_add(&counters->bytes, data_end - data);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
