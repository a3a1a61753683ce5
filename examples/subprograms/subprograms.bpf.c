// SPDX-License-Identifier: Apache-2.0
// The same work in functions that stay functions: a static one with five arguments, one that calls another, and a
// global one, which the kernel verifies on its own.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} buckets SEC(".maps");

static __noinline __u32 mix(__u32 a, __u32 b, __u32 c, __u32 shift, __u32 salt)
{
	a = (a ^ b) * 0x85ebca6b + salt;
	a ^= a >> (shift & 31);
	return (a + c) * 0xc2b2ae35;
}

static __noinline __u32 hash(__u32 source, __u32 destination, __u32 protocol)
{
	__u32 first = mix(source, destination, protocol, 15, 1);

	return mix(first, source, destination, 13, 2);
}

// Global functions take only numbers, the context, and pointers to memory of known size.
__noinline int count(__u32 bucket)
{
	__u64 *packets = bpf_map_lookup_elem(&buckets, &bucket);

	if (!packets)
		return -1;
	__sync_fetch_and_add(packets, 1);
	return 0;
}

SEC("xdp")
int subprograms(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 value;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	value = hash(ip->saddr, ip->daddr, ip->protocol);
	if (count(value % 64))
		return XDP_ABORTED;
	return value >> 31 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
