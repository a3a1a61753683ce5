// SPDX-License-Identifier: Apache-2.0
// A shaper by earliest departure times: each packet gets the time at which it may leave, so that those of a class come
// at its rate; the queue behind (fq in Linux, a timing wheel on a card) holds them until then. What would have to wait
// too long is dropped.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32); // DSCP
	__type(value, __u64); // when the next one may leave, ns
} departures SEC(".maps");

const volatile __u32 ns_per_byte = 8; // 1 Gb/s
const volatile __u64 horizon = 2000000; // ns

SEC("tc")
int tc_edt_shaper(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u64 now = bpf_ktime_get_ns(), at = skb->tstamp, next;
	__u64 *departure;
	__u32 class;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	class = ip->tos >> 2;
	departure = bpf_map_lookup_elem(&departures, &class);
	if (!departure)
		return TC_ACT_SHOT;

	if (at < now)
		at = now;
	next = *departure;
	if (next <= at) {
		*departure = at + (__u64)skb->len * ns_per_byte;
		skb->tstamp = at;
		return TC_ACT_OK;
	}
	if (next - now >= horizon)
		return TC_ACT_SHOT;
	*departure = next + (__u64)skb->len * ns_per_byte;
	skb->tstamp = next;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
