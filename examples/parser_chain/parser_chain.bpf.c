// SPDX-License-Identifier: Apache-2.0
// A parser in pieces: a program for each header, joined by tail calls. What the next one has to know stands in a
// per-CPU array. Every packet is counted once, under what it turned out to be; headers that can't be right are
// dropped.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_tag {
	__be16 control;
	__be16 protocol; // EtherType of what follows
};

struct position {
	__u32 offset; // of the next header
	__u32 length; // from there to the end, as the IP header says
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct position);
} parsed SEC(".maps");

enum kind { NOT_IP, TCP, UDP, ICMP, OTHER_PROTOCOL, FRAGMENT, TOO_SHORT, MALFORMED, KINDS };

struct counter {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KINDS);
	__type(key, __u32); // enum kind
	__type(value, struct counter);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32); // VLAN tags
	__type(value, __u64); // packets
} tagged SEC(".maps");

int parse_vlan(struct xdp_md *ctx);
int parse_ip4(struct xdp_md *ctx);
int parse_ip6(struct xdp_md *ctx);
int parse_tcp(struct xdp_md *ctx);
int parse_udp(struct xdp_md *ctx);
int parse_icmp(struct xdp_md *ctx);

enum { SLOT_VLAN, SLOT_IP4, SLOT_IP6, LAYER3_SLOTS = 8 };

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, LAYER3_SLOTS);
	__type(key, __u32);
	__array(values, int(void *));
} layer3 SEC(".maps") = {
	.values = {
		[SLOT_VLAN] = (void *)&parse_vlan,
		[SLOT_IP4] = (void *)&parse_ip4,
		[SLOT_IP6] = (void *)&parse_ip6,
	},
};

// The slot is the protocol's number in the IP header.
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__array(values, int(void *));
} layer4 SEC(".maps") = {
	.values = {
		[IPPROTO_ICMP] = (void *)&parse_icmp,
		[IPPROTO_TCP] = (void *)&parse_tcp,
		[IPPROTO_UDP] = (void *)&parse_udp,
		[IPPROTO_ICMPV6] = (void *)&parse_icmp,
	},
};

static __always_inline int count(struct xdp_md *ctx, __u32 kind, int verdict)
{
	struct counter *counter = bpf_map_lookup_elem(&counters, &kind);

	if (counter) {
		counter->packets++;
		counter->bytes += ctx->data_end - ctx->data;
	}
	return verdict;
}

static __always_inline struct position *position(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&parsed, &zero);
}

// Where the next header starts, if `size` bytes of it are there. A bound for the verifier of Linux: two tags, and the
// longest IPv4 header.
static __always_inline void *header(struct xdp_md *ctx, __u32 size)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct position *p = position();
	__u32 offset = p ? p->offset : 0;

	if (!p || offset > 96 || data + offset + size > data_end)
		return 0;
	return data + offset;
}

static __always_inline int next_layer3(struct xdp_md *ctx, __be16 protocol, __u32 offset)
{
	struct position *p = position();

	if (!p)
		return XDP_ABORTED;
	p->offset = offset;
	if (protocol == bpf_htons(ETH_P_IP))
		bpf_tail_call(ctx, &layer3, SLOT_IP4);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		bpf_tail_call(ctx, &layer3, SLOT_IP6);
	return count(ctx, NOT_IP, XDP_PASS);
}

SEC("xdp")
int parse_vlan(struct xdp_md *ctx)
{
	struct position *p = position();
	struct vlan_tag *tag = header(ctx, sizeof(*tag));
	__be16 protocol;
	__u32 offset, tags = 1;
	__u64 *packets;

	if (!p || !tag)
		return count(ctx, TOO_SHORT, XDP_PASS);
	protocol = tag->protocol;
	offset = p->offset + sizeof(*tag);
	if (protocol == bpf_htons(ETH_P_8021Q)) { // a second one
		p->offset = offset;
		tag = header(ctx, sizeof(*tag));
		if (!tag)
			return count(ctx, TOO_SHORT, XDP_PASS);
		protocol = tag->protocol;
		offset += sizeof(*tag);
		tags = 2;
	}
	packets = bpf_map_lookup_elem(&tagged, &tags);
	if (packets)
		*packets += 1;
	return next_layer3(ctx, protocol, offset);
}

SEC("xdp")
int parse_ip4(struct xdp_md *ctx)
{
	struct position *p = position();
	struct iphdr *ip = header(ctx, sizeof(*ip));
	__u32 size, total;

	if (!p || !ip)
		return count(ctx, TOO_SHORT, XDP_PASS);
	size = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || size < sizeof(*ip) || total < size)
		return count(ctx, MALFORMED, XDP_DROP);
	p->offset += size;
	p->length = total - size;
	if (ip->frag_off & bpf_htons(0x1fff)) // a later one: it has no header of layer 4
		return count(ctx, FRAGMENT, XDP_PASS);
	bpf_tail_call(ctx, &layer4, ip->protocol);
	return count(ctx, OTHER_PROTOCOL, XDP_PASS);
}

SEC("xdp")
int parse_ip6(struct xdp_md *ctx)
{
	struct position *p = position();
	struct ipv6hdr *ip = header(ctx, sizeof(*ip));

	if (!p || !ip)
		return count(ctx, TOO_SHORT, XDP_PASS);
	p->offset += sizeof(*ip);
	p->length = bpf_ntohs(ip->payload_len);
	bpf_tail_call(ctx, &layer4, ip->nexthdr);
	return count(ctx, OTHER_PROTOCOL, XDP_PASS);
}

SEC("xdp")
int parse_tcp(struct xdp_md *ctx)
{
	struct position *p = position();
	struct tcphdr *tcp = header(ctx, sizeof(*tcp));

	if (!p || !tcp)
		return count(ctx, TOO_SHORT, XDP_PASS);
	if (tcp->doff < 5 || tcp->doff * 4 > p->length || (tcp->syn && tcp->fin))
		return count(ctx, MALFORMED, XDP_DROP);
	return count(ctx, TCP, XDP_PASS);
}

SEC("xdp")
int parse_udp(struct xdp_md *ctx)
{
	struct position *p = position();
	struct udphdr *udp = header(ctx, sizeof(*udp));

	if (!p || !udp)
		return count(ctx, TOO_SHORT, XDP_PASS);
	if (bpf_ntohs(udp->len) < sizeof(*udp) || bpf_ntohs(udp->len) > p->length)
		return count(ctx, MALFORMED, XDP_DROP);
	return count(ctx, UDP, XDP_PASS);
}

SEC("xdp")
int parse_icmp(struct xdp_md *ctx)
{
	return count(ctx, ICMP, XDP_PASS);
}

// What is attached: Ethernet, then one of the above.
SEC("xdp")
int parser_chain(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct position *p = position();

	if (!p || (void *)(eth + 1) > data_end)
		return count(ctx, TOO_SHORT, XDP_PASS);
	if (eth->h_proto == bpf_htons(ETH_P_8021Q) || eth->h_proto == bpf_htons(ETH_P_8021AD)) {
		p->offset = sizeof(*eth);
		bpf_tail_call(ctx, &layer3, SLOT_VLAN);
	}
	return next_layer3(ctx, eth->h_proto, sizeof(*eth));
}

char LICENSE[] SEC("license") = "Apache-2.0";
