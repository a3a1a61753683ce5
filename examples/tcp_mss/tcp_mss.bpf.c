// SPDX-License-Identifier: Apache-2.0
// Lowers the maximum segment size that TCP connections announce, as routers in front of a tunnel do: the option is
// looked for among the others, and written where it is found.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

#define MAX_OPTIONS 6

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
};

const volatile __u16 largest = 1400;

__u64 clamped; // connections that announced more

static __always_inline void clamp(__be16 *mss, __u16 *check)
{
	__be16 old = *mss;

	if (bpf_ntohs(old) <= largest)
		return;
	*mss = bpf_htons(largest);
	checksum_replace16(check, old, bpf_htons(largest));
	__sync_fetch_and_add(&clamped, 1);
}

SEC("xdp")
int tcp_mss(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 position = 0, left;

	if ((void *)(tcp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP || !tcp->syn || tcp->doff < 5)
		return XDP_PASS;

	left = (tcp->doff - 5) * 4;
	for (int i = 0; i < MAX_OPTIONS; i++) {
		__u8 *option = (void *)(tcp + 1) + position;

		if (position + 4 > left || (void *)(option + 4) > data_end)
			break;
		if (option[0] == OPTION_END)
			break;
		if (option[0] == OPTION_NOP) {
			position += 1;
			continue;
		}
		if (option[0] == OPTION_MSS) {
			// Options need not be aligned to 16 bits, the checksum is over aligned words: leave odd ones alone.
			if (option[1] == 4 && !(position & 1))
				clamp((__be16 *)(option + 2), &tcp->check);
			break;
		}
		if (option[1] < 2 || option[1] > 36)
			break;
		position += option[1];
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
