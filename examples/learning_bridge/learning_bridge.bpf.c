// SPDX-License-Identifier: Apache-2.0
// An Ethernet bridge that learns: the source of each frame is behind the port that it came from; the destination is
// looked up in what was learned so far. Frames for a known station leave by its port, the others go to the stack of
// the host, which floods them.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct station {
	__u8 mac[ETH_ALEN];
	__be16 vlan; // 0: none
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct station);
	__type(value, __u32); // slot of `ports`
} stations SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps"); // each interface stands at its own number

struct vlan_tag {
	__be16 control;
	__be16 protocol;
};

SEC("xdp")
int learning_bridge(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct vlan_tag *tag = (void *)(eth + 1);
	struct station source = {}, dest = {};
	__u32 here = ctx->ingress_ifindex, *there;

	if ((void *)(eth + 1) > data_end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_8021Q)) {
		if ((void *)(tag + 1) > data_end)
			return XDP_DROP;
		source.vlan = dest.vlan = tag->control & bpf_htons(0x0fff);
	}
	__builtin_memcpy(source.mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(dest.mac, eth->h_dest, ETH_ALEN);

	// A group is nobody's source.
	if (!(source.mac[0] & 1))
		bpf_map_update_elem(&stations, &source, &here, BPF_ANY);
	if (dest.mac[0] & 1)
		return XDP_PASS;

	there = bpf_map_lookup_elem(&stations, &dest);
	if (!there)
		return XDP_PASS;
	if (*there == here)
		return XDP_DROP; // it has heard the frame itself
	return bpf_redirect_map(&ports, *there, XDP_PASS);
}

char LICENSE[] SEC("license") = "Apache-2.0";
