// SPDX-License-Identifier: Apache-2.0
// Passes well-formed IPv4 and drops all the rest: other protocols, cut frames, impossible lengths, wrong header
// checksums, addresses that no packet may carry. Counts what it dropped by reason.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

enum reason {
	WELL_FORMED,
	NOT_IPV4,
	TRUNCATED,
	BAD_HEADER,
	BAD_LENGTH,
	BAD_CHECKSUM,
	BAD_ADDRESS,
	REASONS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} reasons SEC(".maps");

// The words of a header with options are read one by one: their number is known only at run time, the bound of
// the loop (15 words, the largest value of ihl) before.
static __always_inline int checksum_is_wrong(const struct iphdr *ip, const void *data_end)
{
	const __u16 *word = (const void *)ip;
	__u32 sum = 0;

	for (int i = 0; i < 30; i++) {
		if (i >= ip->ihl * 2)
			break;
		if ((const void *)(word + 1) > data_end)
			return 1;
		sum += *word++;
	}
	return checksum_fold(sum) != 0xffff;
}

static __always_inline int is_bad_source(__be32 address)
{
	__u32 host = bpf_ntohl(address);

	return host >> 28 == 0xe || host >> 24 == 127 || host == 0xffffffff;
}

static __always_inline enum reason examine(const void *data, const void *data_end)
{
	const struct ethhdr *eth = data;
	const struct iphdr *ip = (const void *)(eth + 1);
	__u32 total;

	if ((const void *)(eth + 1) > data_end)
		return TRUNCATED;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return NOT_IPV4;
	if ((const void *)(ip + 1) > data_end)
		return TRUNCATED;
	if (ip->version != 4 || ip->ihl < 5 || ip->ttl == 0)
		return BAD_HEADER;

	// Frames are padded to 60 bytes, so there may be more behind the packet, but never less.
	total = bpf_ntohs(ip->tot_len);
	if (total < ip->ihl * 4 || total > data_end - (const void *)ip)
		return BAD_LENGTH;
	if (checksum_is_wrong(ip, data_end))
		return BAD_CHECKSUM;
	if (is_bad_source(ip->saddr) || ip->daddr == 0)
		return BAD_ADDRESS;
	return WELL_FORMED;
}

SEC("xdp")
int drop_malformed(struct xdp_md *ctx)
{
	__u32 reason = examine((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	__u64 *packets = bpf_map_lookup_elem(&reasons, &reason);

	if (packets)
		*packets += 1; // nobody else writes to the entry of this CPU
	return reason == WELL_FORMED ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Apache-2.0";
