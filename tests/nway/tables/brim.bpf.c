// SPDX-License-Identifier: Apache-2.0
// Does what the packet says with the key in it, and logs what the helper returned (or the value that was found).
#include "tables.h"

#ifndef TYPE
#define TYPE BPF_MAP_TYPE_HASH
#endif
#ifndef ENTRIES
#define ENTRIES 64
#endif
#ifndef FLAGS
#define FLAGS 0
#endif

struct {
	__uint(type, TYPE);
	__uint(max_entries, ENTRIES);
	__uint(map_flags, FLAGS);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

TABLE(results, ARRAY, 8192, __u32, __s64);
TABLE(next, ARRAY, 1, __u32, __u32);

struct order {
	__u8 operation, pad[3];
	__u32 key, value;
};

SEC("xdp")
int brim(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct order *order = data + sizeof(struct ethhdr);
	if ((void *)(order + 1) > end)
		return XDP_ABORTED;
	__u32 key = order->key, zero = 0, *at;
	__u64 value = order->value, *found;
	__s64 result, *line;
	switch (order->operation) {
	case 0:
		result = bpf_map_update_elem(&table, &key, &value, BPF_ANY);
		break;
	case 1:
		result = bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST);
		break;
	case 2:
		result = bpf_map_update_elem(&table, &key, &value, BPF_EXIST);
		break;
	case 3:
		result = bpf_map_delete_elem(&table, &key);
		break;
	default:
		found = bpf_map_lookup_elem(&table, &key);
		result = found ? *found : -1;
	}
	at = bpf_map_lookup_elem(&next, &zero);
	if (!at)
		return XDP_ABORTED;
	__u32 index = (*at)++;
	line = bpf_map_lookup_elem(&results, &index);
	if (!line)
		return XDP_ABORTED;
	*line = result;
	return XDP_PASS;
}
