// SPDX-License-Identifier: Apache-2.0
// What the programs of this folder share: a map with a value for each flow, found by the low bits of the source
// address (or by the address, where MAP says hash), and the verdict of an update.
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef MAP
#define MAP BPF_MAP_TYPE_ARRAY
#endif

struct packet {
	struct iphdr *ip;
	void *end;
	__u64 now; // ns
	__u32 size;
};

// The program: finds the value and calls `update` with it.
#define PROGRAM(NAME, STATE)                                                                                           \
	struct {                                                                                                       \
		__uint(type, MAP);                                                                                     \
		__uint(max_entries, 256);                                                                              \
		__type(key, __u32);                                                                                    \
		__type(value, STATE);                                                                                  \
	} flows SEC(".maps");                                                                                          \
	SEC("xdp")                                                                                                     \
	int NAME(struct xdp_md *ctx)                                                                                   \
	{                                                                                                              \
		void *data = (void *)(long)ctx->data;                                                                  \
		struct packet packet = {.end = (void *)(long)ctx->data_end, .now = bpf_ktime_get_ns()};                \
		STATE *flow;                                                                                           \
		__u32 key;                                                                                             \
		packet.ip = data + sizeof(struct ethhdr);                                                              \
		packet.size = packet.end - data;                                                                       \
		if ((void *)(packet.ip + 1) > packet.end)                                                              \
			return XDP_ABORTED;                                                                            \
		key = bpf_ntohl(packet.ip->saddr);                                                                     \
		if (MAP == BPF_MAP_TYPE_ARRAY || MAP == BPF_MAP_TYPE_PERCPU_ARRAY)                                     \
			key &= 255;                                                                                    \
		flow = bpf_map_lookup_elem(&flows, &key);                                                              \
		return flow ? update(flow, &packet) : XDP_PASS;                                                        \
	}                                                                                                              \
	char LICENSE[] SEC("license") = "GPL"
