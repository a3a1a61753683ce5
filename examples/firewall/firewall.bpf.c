// SPDX-License-Identifier: Apache-2.0
// A stateful firewall between an inside and an outside. What comes from the inside passes, and its flow enters the
// table. What comes from the outside passes only as an answer, that is, if its flow is in the table. A TCP reset ends
// its flow.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

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
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct counters);
} flows SEC(".maps");

// The network inside; the host can choose another before the program is compiled or loaded.
const volatile __u32 inside_network = 0x0a000000; // 10.0.0.0/8
const volatile __u32 inside_mask = 0xff000000;

// TCP and UDP both start with these.
struct ports {
	__be16 source;
	__be16 dest;
};

static __always_inline int is_reset(struct iphdr *ip, void *data_end)
{
	struct tcphdr *tcp = (void *)(ip + 1);

	return ip->protocol == IPPROTO_TCP && (void *)(tcp + 1) <= data_end && tcp->rst;
}

// A flow that is not in the table: only the inside begins one.
static __always_inline int begin(const struct flow *flow, int from_inside, __u64 bytes)
{
	struct counters first = {.packets = 1, .bytes = bytes};

	if (!from_inside)
		return XDP_DROP;
	// A full table: nothing passes that could not be answered.
	if (bpf_map_update_elem(&flows, flow, &first, BPF_NOEXIST))
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct ports *ports = (void *)(ip + 1);
	struct flow flow = {};
	struct counters *counters;
	int from_inside;

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

	from_inside = (bpf_ntohl(ip->saddr) & inside_mask) == inside_network;
	flow.protocol = ip->protocol;
	flow.inside = from_inside ? ip->saddr : ip->daddr;
	flow.outside = from_inside ? ip->daddr : ip->saddr;
	flow.inside_port = from_inside ? ports->source : ports->dest;
	flow.outside_port = from_inside ? ports->dest : ports->source;

	counters = bpf_map_lookup_elem(&flows, &flow);
	if (!counters)
		return begin(&flow, from_inside, data_end - data);

	__sync_fetch_and_add(&counters->packets, 1);
	__sync_fetch_and_add(&counters->bytes, data_end - data);
	if (is_reset(ip, data_end))
		bpf_map_delete_elem(&flows, &flow);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
