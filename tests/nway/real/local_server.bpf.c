// SPDX-License-Identifier: Apache-2.0
// A balancer that looks twice at the server it has chosen: is it on this host (asked only of some
// services), and of which kind is it? Sessions and the ring lead to the same table of servers, and
// there are two maps of sessions to choose from. Whether a new session is noted depends on what the
// ring says, which is asked only where there was no session.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct server {
	__u32 address;
	__u8 flags;
};

struct service {
	__u32 flags, number;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct service);
} services SEC(".maps");

struct sessions {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u32);
} short_sessions SEC(".maps"), long_sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int local_server(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct server *server = 0;
	struct service *service;
	__u32 address, number = 0;
	__u64 session, *n;
	__u32 *known;
	void *sessions;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	address = ip->daddr;
	service = bpf_map_lookup_elem(&services, &address);
	if (!service)
		return XDP_PASS;
	session = (__u64)ip->saddr << 32 | ip->daddr;
	sessions = service->flags & 4 ? &long_sessions : &short_sessions;
	if (!(service->flags & 1)) {
		known = bpf_map_lookup_elem(sessions, &session);
		if (known) {
			number = *known;
			server = bpf_map_lookup_elem(&servers, &number);
		}
	}
	if (!server) {
		__u32 place = (service->number * 16 + (ip->saddr >> 24) % 16) % 64;
		__u32 *chosen = bpf_map_lookup_elem(&ring, &place);

		if (!chosen)
			return XDP_DROP;
		number = *chosen;
		server = bpf_map_lookup_elem(&servers, &number);
		if (!server)
			return XDP_DROP;
		if (!(service->flags & 1))
			bpf_map_update_elem(sessions, &session, &number, BPF_ANY);
	}
	n = bpf_map_lookup_elem(&counts, &number);
	if (n)
		++*n;
	if ((service->flags & 2) && (server->flags & 2))
		return XDP_PASS;
	if (server->flags & 1)
		ip->tos = server->flags;
	else
		ip->daddr = server->address;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
