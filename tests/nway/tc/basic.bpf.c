// A classifier with direct access to the packet, and its verdicts.
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>

#include "note.h"

SEC("tc") int basic(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	if (ip->ttl < 2)
		return TC_ACT_SHOT;
	ip->ttl--;
	return ip->protocol == 6 ? TC_ACT_PIPE : ip->protocol == 17 ? TC_ACT_STOLEN : TC_ACT_OK;
}
