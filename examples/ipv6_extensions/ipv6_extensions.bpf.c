// SPDX-License-Identifier: Apache-2.0
// Follows the chain of IPv6 extension headers to the transport protocol, and drops chains that are too long, broken,
// or carry a routing header of type 0 (RFC 5095).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_HEADERS 4

struct extension {
	__u8 next;
	__u8 length; // in 8-byte units, the first not counted
	__u8 type; // of a routing header
	__u8 rest[5];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32); // transport protocol
	__type(value, __u64);
} transports SEC(".maps");

static __always_inline int is_extension(__u8 header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_DSTOPTS ||
	       header == IPPROTO_FRAGMENT;
}

SEC("xdp")
int ipv6_extensions(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct ipv6hdr *ip = (void *)(eth + 1);
	void *next = ip + 1;
	__u32 transport;
	__u64 *packets;
	__u8 header;

	if (next > data_end || eth->h_proto != bpf_htons(ETH_P_IPV6))
		return XDP_PASS;

	header = ip->nexthdr;
	for (int i = 0; i < MAX_HEADERS && is_extension(header); i++) {
		struct extension *extension = next;

		if ((void *)(extension + 1) > data_end)
			return XDP_DROP;
		if (header == IPPROTO_ROUTING && extension->type == 0)
			return XDP_DROP;
		// A fragment header has no length; its second byte is reserved. Long headers are not for us.
		if (header != IPPROTO_FRAGMENT && extension->length > 3)
			return XDP_DROP;
		next += header == IPPROTO_FRAGMENT ? 8 : (extension->length + 1) * 8;
		header = extension->next;
	}
	if (is_extension(header))
		return XDP_DROP;

	transport = header;
	packets = bpf_map_lookup_elem(&transports, &transport);
	if (packets)
		*packets += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
