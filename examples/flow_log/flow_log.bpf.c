// SPDX-License-Identifier: Apache-2.0
// A log of flows: the first packet of each flow of TCP or UDP leaves a record in a ring buffer, and so does the end of
// one of TCP. A record is written in place, in memory of the ring buffer.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow {
	__be32 source, dest;
	__be16 source_port, dest_port;
	__u32 protocol;
};

struct counts {
	__u64 packets, bytes;
};

enum what { BEGINS = 1, ENDS = 2 };

struct record {
	__u64 time; // ns
	struct flow flow;
	__u32 what;
	__u32 lost; // records before this one for which there was no room
	struct counts counts; // of the flow
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, struct counts);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} records SEC(".maps");

__u32 lost;

static __always_inline void log(const struct flow *flow, const struct counts *counts, enum what what)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record) {
		lost++;
		return;
	}
	record->time = bpf_ktime_get_ns();
	record->flow = *flow;
	record->what = what;
	record->lost = lost;
	record->counts = *counts;
	bpf_ringbuf_submit(record, 0);
}

SEC("xdp")
int flow_log(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ports + 2) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	struct flow flow = {ip->saddr, ip->daddr, ports[0], ports[1], ip->protocol};
	struct counts fresh = {1, data_end - data};
	struct counts *counts = bpf_map_lookup_elem(&flows, &flow);

	if (!counts) {
		if (bpf_map_update_elem(&flows, &flow, &fresh, BPF_NOEXIST) == 0)
			log(&flow, &fresh, BEGINS);
		return XDP_PASS;
	}
	counts->packets += fresh.packets;
	counts->bytes += fresh.bytes;
	if (ip->protocol == IPPROTO_TCP && (void *)(tcp + 1) <= data_end && tcp->fin) {
		fresh = *counts;
		log(&flow, &fresh, ENDS);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
