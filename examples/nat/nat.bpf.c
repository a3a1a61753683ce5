// SPDX-License-Identifier: Apache-2.0
// Source NAT for TCP and UDP. The first packet of a flow from the inside gets the public address and the next port, and
// its flow enters both tables: `outgoing` translates the packets behind it, `incoming` turns their answers back.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "common/checksum.h"

struct endpoint {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

struct translation {
	__be32 address;
	__be16 port;
	__u16 zero;
	__u64 packets;
};

struct table {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct endpoint);
	__type(value, struct translation);
};

struct table outgoing SEC(".maps"); // inside source -> public source
struct table incoming SEC(".maps"); // public destination -> inside destination

// The network inside; the host can choose another before the program is compiled or loaded.
const volatile __u32 inside_network = 0x0a000000; // 10.0.0.0/8
const volatile __u32 inside_mask = 0xff000000;
const volatile __be32 public_address = bpf_htonl(0xc6336401); // 198.51.100.1
#define FIRST_PORT 1024
#define PORTS 32768 // a power of two, so that the counter may wrap around

__u32 ports_given; // how many there were so far

// Replaces one side of a flow. UDP over IPv4 may leave its checksum out: then it is zero and stays so, and a sum that
// comes out as zero is written as ffff.
static __always_inline int translate(struct iphdr *ip, void *data_end, __be32 *address, int is_source,
				     const struct translation *to)
{
	struct tcphdr *tcp = (void *)(ip + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__be32 old_address = *address;
	__be16 *port = is_source ? &udp->source : &udp->dest;
	__be16 old_port = *port;

	if (ip->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > data_end)
			return -1;
		checksum_replace32(&tcp->check, old_address, to->address);
		checksum_replace16(&tcp->check, old_port, to->port);
	} else if (udp->check) {
		checksum_replace32(&udp->check, old_address, to->address);
		checksum_replace16(&udp->check, old_port, to->port);
		if (!udp->check)
			udp->check = 0xffff;
	}
	checksum_replace32(&ip->check, old_address, to->address);
	*address = to->address;
	*port = to->port;
	return 0;
}

// The next port for a flow that has none. The tables forget flows that were silent for long, and by the time that a port
// comes round again, its last owner is one of them.
static __always_inline void begin(const struct endpoint *inside, struct translation *outward)
{
	struct endpoint outside = {.address = public_address, .protocol = inside->protocol};
	struct translation inward = {.address = inside->address, .port = inside->port};

	outside.port = bpf_htons(FIRST_PORT + ports_given++ % PORTS);
	outward->address = outside.address;
	outward->port = outside.port;
	outward->packets = 1;
	bpf_map_update_elem(&outgoing, inside, outward, BPF_ANY);
	bpf_map_update_elem(&incoming, &outside, &inward, BPF_ANY);
}

static __always_inline int from_inside(struct iphdr *ip, struct udphdr *udp, void *data_end)
{
	struct endpoint source = {.address = ip->saddr, .port = udp->source, .protocol = ip->protocol};
	struct translation outward = {}, *known = bpf_map_lookup_elem(&outgoing, &source);

	if (known) {
		known->packets += 1;
		outward.address = known->address;
		outward.port = known->port;
	} else {
		begin(&source, &outward);
	}
	return translate(ip, data_end, &ip->saddr, 1, &outward) ? XDP_DROP : XDP_TX;
}

static __always_inline int from_outside(struct iphdr *ip, struct udphdr *udp, void *data_end)
{
	struct endpoint dest = {.address = ip->daddr, .port = udp->dest, .protocol = ip->protocol};
	struct translation *known = bpf_map_lookup_elem(&incoming, &dest);

	if (!known)
		return XDP_PASS;
	known->packets += 1;
	return translate(ip, data_end, &ip->daddr, 0, known) ? XDP_DROP : XDP_TX;
}

SEC("xdp")
int nat(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	// Eight bytes behind the IP header: the whole of a UDP header, and the ports of TCP.
	if ((void *)(udp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || ip->frag_off & bpf_htons(0x3fff))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	if ((bpf_ntohl(ip->saddr) & inside_mask) == inside_network)
		return from_inside(ip, udp, data_end);
	return from_outside(ip, udp, data_end);
}

char LICENSE[] SEC("license") = "Apache-2.0";
