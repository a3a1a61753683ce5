// SPDX-License-Identifier: Apache-2.0
// Each tenant, known by its VLAN, has a table of its own: which destinations are open to it, and what became of the
// packets. The host adds and removes tenants by putting their tables into a map of maps.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_hdr {
	__be16 tci;
	__be16 next;
};

struct rule {
	__u32 verdict;
	__u32 limit; // bytes of a packet
	__u64 packets;
	__u64 bytes;
};

struct rules {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__uint(key_size, sizeof(__be32)); // IPv4 destination
	__uint(value_size, sizeof(struct rule)); // clang leaves out types that only inner maps use
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 64);
	__type(key, __u32); // VLAN
	__array(values, struct rules);
} tenants SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} strangers SEC(".maps"); // packets of no tenant, and to destinations that are not in the tenant's table

static __always_inline int stranger(__u32 why)
{
	__u64 *count = bpf_map_lookup_elem(&strangers, &why);

	if (count)
		*count += 1;
	return XDP_DROP;
}

SEC("xdp")
int tenants_filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct vlan_hdr *vlan = (void *)(eth + 1);
	struct iphdr *ip = (void *)(vlan + 1);
	struct rule *rule;
	void *table;
	__u32 tenant;
	__be32 destination;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_8021Q) ||
	    vlan->next != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	tenant = bpf_ntohs(vlan->tci) & 0xfff;
	table = bpf_map_lookup_elem(&tenants, &tenant);
	if (!table)
		return stranger(0);
	destination = ip->daddr;
	rule = bpf_map_lookup_elem(table, &destination);
	if (!rule)
		return stranger(1);
	rule->packets += 1;
	rule->bytes += bpf_ntohs(ip->tot_len);
	if (bpf_ntohs(ip->tot_len) > rule->limit)
		return XDP_DROP;
	return rule->verdict;
}

char _license[] SEC("license") = "Apache-2.0";
