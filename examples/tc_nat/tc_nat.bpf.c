// SPDX-License-Identifier: Apache-2.0
// Destination NAT for tc, as cloud gateways write it: bytes are loaded and stored by helpers, and the checksums of IP,
// TCP and UDP follow by l3_csum_replace and l4_csum_replace. What has a backend is sent out by its interface.
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_AT ETH_HLEN
#define L4_AT (ETH_HLEN + sizeof(struct iphdr))

struct service {
	__be32 address;
	__be16 port;
	__u16 protocol;
};

struct backend {
	__be32 address;
	__be16 port;
	__u16 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct service);
	__type(value, struct backend);
} services SEC(".maps");

SEC("tc")
int tc_nat(struct __sk_buff *skb)
{
	struct service service = {};
	struct backend *backend;
	struct iphdr ip;
	__u64 flags = 0;
	__u32 sum_at;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, IP_AT, &ip, sizeof ip) || ip.ihl != 5)
		return TC_ACT_OK;
	if (ip.protocol == IPPROTO_TCP) {
		sum_at = L4_AT + offsetof(struct tcphdr, check);
	} else if (ip.protocol == IPPROTO_UDP) {
		sum_at = L4_AT + offsetof(struct udphdr, check);
		flags = BPF_F_MARK_MANGLED_0;
	} else {
		return TC_ACT_OK;
	}
	service.address = ip.daddr;
	service.protocol = ip.protocol;
	if (bpf_skb_load_bytes(skb, L4_AT + 2, &service.port, 2))
		return TC_ACT_SHOT;
	backend = bpf_map_lookup_elem(&services, &service);
	if (!backend)
		return TC_ACT_OK;

	bpf_l4_csum_replace(skb, sum_at, ip.daddr, backend->address, flags | BPF_F_PSEUDO_HDR | 4);
	bpf_l4_csum_replace(skb, sum_at, service.port, backend->port, flags | 2);
	bpf_l3_csum_replace(skb, IP_AT + offsetof(struct iphdr, check), ip.daddr, backend->address, 4);
	bpf_skb_store_bytes(skb, IP_AT + offsetof(struct iphdr, daddr), &backend->address, 4, 0);
	bpf_skb_store_bytes(skb, L4_AT + 2, &backend->port, 2, 0);
	return bpf_redirect(backend->ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
