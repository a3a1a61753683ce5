// SPDX-License-Identifier: Apache-2.0
// A filter in front of an intrusion detection system: once the system has seen enough bytes of a flow (a video, a
// backup), its packets are only counted and go no further. Flows enter the tables with their first packet; the system
// may put flows there, too. Frames may carry up to two VLAN tags, IPv4 may have options: the ports stand at many places.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_tag {
	__be16 control;
	__be16 protocol; // EtherType of what follows
};

struct ports {
	__be16 source;
	__be16 dest;
};

struct flow4 {
	__be32 source;
	__be32 dest;
	struct ports ports;
	__u16 vlan[2];
	__u8 protocol;
	__u8 zero[3];
};

struct flow6 {
	__be32 source[4];
	__be32 dest[4];
	struct ports ports;
	__u16 vlan[2];
	__u8 protocol;
	__u8 zero[3];
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct flow4);
	__type(value, struct counters);
} flows4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow6);
	__type(value, struct counters);
} flows6 SEC(".maps");

// Host and program share this one: bypassing can be switched off while traffic flows.
__u32 bypass_enabled = 1;

const volatile __u64 enough = 1 << 20; // bytes of a flow that the system wants to see

static __always_inline int count(void *flows, const void *flow, __u64 bytes)
{
	struct counters first = {.packets = 1, .bytes = bytes}, *counters = bpf_map_lookup_elem(flows, flow);
	int seen;

	if (!counters) {
		bpf_map_update_elem(flows, flow, &first, BPF_ANY);
		return XDP_PASS;
	}
	seen = counters->bytes >= enough;
	counters->packets += 1;
	counters->bytes += bytes;
	return seen ? XDP_DROP : XDP_PASS;
}

static __always_inline int has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static __always_inline int filter4(struct xdp_md *ctx, void *header, const __u16 *vlan)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = header;
	struct flow4 flow = {};
	struct ports *ports;

	if ((void *)(ip + 1) > data_end || ip->ihl < 5 || !has_ports(ip->protocol))
		return XDP_PASS;
	if (ip->frag_off & bpf_htons(0x1fff))
		return XDP_PASS;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 1) > data_end)
		return XDP_PASS;

	flow.source = ip->saddr;
	flow.dest = ip->daddr;
	flow.ports = *ports;
	flow.vlan[0] = vlan[0];
	flow.vlan[1] = vlan[1];
	flow.protocol = ip->protocol;
	return count(&flows4, &flow, data_end - (void *)(long)ctx->data);
}

static __always_inline int filter6(struct xdp_md *ctx, void *header, const __u16 *vlan)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = header;
	struct ports *ports = (void *)(ip + 1);
	struct flow6 flow = {};

	if ((void *)(ports + 1) > data_end || !has_ports(ip->nexthdr))
		return XDP_PASS;

	__builtin_memcpy(flow.source, &ip->saddr, sizeof(flow.source));
	__builtin_memcpy(flow.dest, &ip->daddr, sizeof(flow.dest));
	flow.ports = *ports;
	flow.vlan[0] = vlan[0];
	flow.vlan[1] = vlan[1];
	flow.protocol = ip->nexthdr;
	return count(&flows6, &flow, data_end - (void *)(long)ctx->data);
}

SEC("xdp")
int ids_bypass(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	void *next = eth + 1;
	__u16 vlan[2] = {};
	__be16 protocol;

	if (!bypass_enabled || next > data_end)
		return XDP_PASS;
	protocol = eth->h_proto;

#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_tag *tag = next;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > data_end)
			return XDP_PASS;
		vlan[i] = bpf_ntohs(tag->control) & 0x0fff;
		protocol = tag->protocol;
		next = tag + 1;
	}

	if (protocol == bpf_htons(ETH_P_IP))
		return filter4(ctx, next, vlan);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return filter6(ctx, next, vlan);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
