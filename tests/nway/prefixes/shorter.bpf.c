// Only the host fills the trie, but keys are not always whole ones.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 length;
	__u8 data[4];
};

struct value {
	__u32 number, uses;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 40);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct value);
} table SEC(".maps");

SEC("xdp")
int shorter(struct xdp_md *ctx)
{
	__u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
	struct value *value, *half;
	struct key key;

	if (data + 40 > end)
		return XDP_DROP;
	key.length = data[16] & 63;
	__builtin_memcpy(key.data, data + 34, 4);
	value = bpf_map_lookup_elem(&table, &key);
	key.length = 16;
	half = bpf_map_lookup_elem(&table, &key);
	if (half)
		data[0] = half->number;
	if (!value)
		return XDP_PASS;
	value->uses += 1;
	data[1] = value->number;
	data[2] = value->uses;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
