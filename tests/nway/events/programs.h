// What the programs of this folder begin with.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PERF(NAME, ENTRIES)                                                                         \
	struct {                                                                                    \
		__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);                                        \
		__uint(key_size, 4);                                                                \
		__uint(value_size, 4);                                                              \
		__uint(max_entries, ENTRIES);                                                       \
	} NAME SEC(".maps")

#define RING(NAME, BYTES)                                                                           \
	struct {                                                                                    \
		__uint(type, BPF_MAP_TYPE_RINGBUF);                                                 \
		__uint(max_entries, BYTES);                                                         \
	} NAME SEC(".maps")

#define RESULTS                                                                                     \
	struct {                                                                                    \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                   \
		__uint(max_entries, 16);                                                            \
		__type(key, __u32);                                                                 \
		__type(value, __u64);                                                               \
	} results SEC(".maps")

// What a helper gave, for the comparison of maps: a sum that tells orders and values apart.
#define NOTE(SLOT, VALUE)                                                                           \
	do {                                                                                        \
		__u32 slot_ = (SLOT);                                                               \
		__u64 *sum_ = bpf_map_lookup_elem(&results, &slot_);                                \
		if (sum_)                                                                           \
			*sum_ += (VALUE);                                                           \
	} while (0)

#define BEGIN void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end

char LICENSE[] SEC("license") = "GPL";
