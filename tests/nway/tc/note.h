// What helpers returned is counted into a map, so that a wrong number shows.
#pragma once

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} notes SEC(".maps");

static __always_inline void note(__u32 which, __u64 value)
{
	__u64 *sum = bpf_map_lookup_elem(&notes, &which);

	if (sum)
		*sum = *sum * 31 + value;
}

char LICENSE[] SEC("license") = "GPL";
