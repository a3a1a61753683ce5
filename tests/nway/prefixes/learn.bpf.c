// Every packet changes the trie at a prefix of its source, if it says so, and looks its destination up: two ports, and
// no packet waits.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 length;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 12);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, __u64);
} table SEC(".maps");

SEC("xdp")
int learn(struct xdp_md *ctx)
{
	__u32 *data = (__u32 *)(long)ctx->data, *end = (__u32 *)(long)ctx->data_end;
	struct key key = {.length = 32};
	__u64 zero = 0, *count;

	if (data + 10 > end)
		return XDP_DROP;
	key.address = data[4];
	if (data[5] & 1) {
		key.length = data[6] & 31;
		data[7] = bpf_map_update_elem(&table, &key, &zero, BPF_NOEXIST);
	} else if (data[5] & 2) {
		key.length = data[6] & 31;
#ifdef REPLACE
		data[7] = bpf_map_update_elem(&table, &key, &zero, BPF_EXIST); // of one prefix, with other bits behind it
#else
		data[7] = bpf_map_delete_elem(&table, &key);
#endif
	}
	key.length = 32;
	key.address = data[8];
	count = bpf_map_lookup_elem(&table, &key);
	if (!count)
		return XDP_PASS;
	*count += 1;
	data[9] = *count;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
