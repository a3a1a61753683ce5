// SPDX-License-Identifier: Apache-2.0
// What the programs of this folder share: headers, and the way to an IPv4 packet.
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Declares `data`, `end` and `ip`; returns where there is no IPv4.
#define PARSE_IP(ctx)                                                                                                  \
	void *data = (void *)(long)(ctx)->data, *end = (void *)(long)(ctx)->data_end;                                  \
	struct ethhdr *eth = data;                                                                                     \
	struct iphdr *ip = (void *)(eth + 1);                                                                          \
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))                                             \
		return XDP_PASS

#define TABLE(NAME, TYPE, ENTRIES, KEY, VALUE)                                                                         \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_##TYPE);                                                                     \
		__uint(max_entries, ENTRIES);                                                                          \
		__type(key, KEY);                                                                                      \
		__type(value, VALUE);                                                                                  \
	} NAME SEC(".maps")

char LICENSE[] SEC("license") = "GPL";
