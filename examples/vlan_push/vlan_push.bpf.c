// SPDX-License-Identifier: Apache-2.0
// Puts a VLAN tag on every untagged frame; the VLAN is that of the receiving interface, or the default.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_tag {
	__be16 control;
	__be16 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32); // ifindex
	__type(value, __u16); // VLAN identifier
} port_vlans SEC(".maps");

const volatile __u16 default_vlan = 1;

SEC("xdp")
int vlan_push(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 ifindex = ctx->ingress_ifindex;
	__u16 vlan = default_vlan, *configured;
	struct ethhdr *eth = data;
	struct vlan_tag *tag;
	struct ethhdr saved;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_8021Q) || eth->h_proto == bpf_htons(ETH_P_8021AD))
		return XDP_PASS;

	configured = bpf_map_lookup_elem(&port_vlans, &ifindex);
	if (configured)
		vlan = *configured;

	saved = *eth;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
		return XDP_ABORTED; // no room in front of the packet
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	eth = data;
	tag = (void *)(eth + 1);
	if ((void *)(tag + 1) > data_end)
		return XDP_ABORTED;

	__builtin_memcpy(eth, &saved, sizeof(saved));
	eth->h_proto = bpf_htons(ETH_P_8021Q);
	tag->control = bpf_htons(vlan & 0x0fff);
	tag->protocol = saved.h_proto;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
