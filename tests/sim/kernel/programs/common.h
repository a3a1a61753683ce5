// For test programs that take their parameters from the packet and write what they see into a log.
#pragma once

#include <linux/bpf.h> // first: libbpf's headers use its types

#include <bpf/bpf_helpers.h>

#define LOG_SIZE 32768

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, LOG_SIZE);
  __type(key, __u32);
  __type(value, __u64);
} results SEC(".maps");

static __u32 log_at;

static __always_inline void log_value(__u64 value) {
  __u32 at = log_at++ & (LOG_SIZE - 1);
  __u64* slot = bpf_map_lookup_elem(&results, &at);
  if (slot)
    *slot = value;
}

#define DATA(ctx) ((__u8*)(long)(ctx)->data)
#define END(ctx) ((__u8*)(long)(ctx)->data_end)
#define META(ctx) ((__u8*)(long)(ctx)->data_meta)

char _license[] SEC("license") = "GPL";
