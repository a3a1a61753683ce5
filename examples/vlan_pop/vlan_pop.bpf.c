// SPDX-License-Identifier: Apache-2.0
// Takes the outer VLAN tag off and writes down, for each VLAN, how many packets it carried.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_tag {
	__be16 control; // priority, drop eligible, VLAN identifier
	__be16 protocol; // EtherType of what follows
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__type(key, __u32); // VLAN identifier
	__type(value, __u32); // packets
} vlans SEC(".maps");

SEC("xdp")
int vlan_pop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct vlan_tag *tag = (void *)(eth + 1);
	struct ethhdr saved;
	__u32 vlan, *packets;

	if ((void *)(tag + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_8021Q) && eth->h_proto != bpf_htons(ETH_P_8021AD))
		return XDP_PASS;

	vlan = bpf_ntohs(tag->control) & 0x0fff;
	packets = bpf_map_lookup_elem(&vlans, &vlan);
	if (packets)
		__sync_fetch_and_add(packets, 1);

	// The addresses move four bytes towards the end, over the tag; then the first four bytes are cut off.
	saved = *eth;
	saved.h_proto = tag->protocol;
	if (bpf_xdp_adjust_head(ctx, sizeof(*tag)))
		return XDP_ABORTED;
	data = (void *)(long)ctx->data;
	data_end = (void *)(long)ctx->data_end;
	if (data + sizeof(saved) > data_end)
		return XDP_ABORTED;
	__builtin_memcpy(data, &saved, sizeof(saved));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
