// A pointer to a value that is replaced twice, or deleted while another one comes: it keeps what it had.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 length;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, __u64);
} table SEC(".maps");

SEC("xdp")
int kept(struct xdp_md *ctx)
{
	__u32 *data = (__u32 *)(long)ctx->data, *end = (__u32 *)(long)ctx->data_end;
	struct key key = {.length = 24};
	__u64 first = 17, second = 34, third = 51, *value;

	if (data + 10 > end)
		return XDP_DROP;
	key.address = data[4];
	bpf_map_update_elem(&table, &key, &first, BPF_ANY);
	value = bpf_map_lookup_elem(&table, &key);
	if (!value)
		return XDP_ABORTED;
	bpf_map_update_elem(&table, &key, &second, BPF_ANY);
	bpf_map_update_elem(&table, &key, &third, BPF_ANY);
	return *value == first ? XDP_PASS : *value == third ? XDP_TX : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
