// SPDX-License-Identifier: Apache-2.0
// CO-RE: the structs carry only the fields that are used, and the loader puts in the offsets of the kernel that it
// finds (here, those of the object itself).
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Not the kernel's header: three fields of many. The loader looks for a struct of this name (what stands behind ___ is
// for us) and corrects each access that was compiled with these offsets.
struct iphdr___few {
	__u8 ihl_and_version;
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__u16 check;
	__be32 saddr;
	__be32 daddr;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32); // TTL
	__type(value, __u32); // packets
} ttls SEC(".maps");

SEC("xdp")
int core(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr___few *ip = (void *)(eth + 1);
	__u32 ttl, *packets;

	if ((void *)ip + 20 > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ttl = ip->ttl;
	packets = bpf_map_lookup_elem(&ttls, &ttl);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return ip->saddr == ip->daddr ? XDP_DROP : XDP_PASS; // a "land" attack
}

char LICENSE[] SEC("license") = "Apache-2.0";
