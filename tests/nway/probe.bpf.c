// Helpers that read memory wherever it is, compare strings, name CPU and node.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct head {
	__u8 target[6], source[6];
	__u16 type;
	__u8 text[8];
	__u8 size;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct head);
} heads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps");

static __always_inline void keep(__u32 place, __s64 value)
{
	__s64 *kept = bpf_map_lookup_elem(&results, &place);

	if (kept)
		*kept = *kept * 3 + value;
}

// The packet, the stack, a map value and NULL.
SEC("xdp")
int probe(struct xdp_md *ctx)
{
	struct head *packet = (void *)(long)ctx->data, copy, *last;
	__u64 word = 0x1122334455667788, other = 7;
	__u32 place = 1;

	if ((void *)(packet + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	keep(0, bpf_probe_read_kernel(&copy, sizeof(copy), packet));
	copy.target[0] ^= 1;
	last = bpf_map_lookup_elem(&heads, &place);
	if (!last)
		return XDP_ABORTED;
	keep(1, bpf_probe_read_kernel(copy.text, 5, last->text));
	keep(1, bpf_probe_read_kernel(last, sizeof(*last), &copy));
	keep(2, bpf_probe_read_kernel(&other, copy.size & 7, &word));
	keep(2, other);
	keep(3, bpf_probe_read_kernel(&word, 6, (void *)0));
	keep(3, word);
	keep(3, bpf_get_numa_node_id());
	return copy.source[0] & 1 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int strings(struct xdp_md *ctx)
{
	struct head *packet = (void *)(long)ctx->data;
	char text[8];
	int order;

	if ((void *)(packet + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	__builtin_memcpy(text, packet->text, sizeof(text));
	text[0] = 'a' + (text[0] & 1);
	text[1] &= 1;
	text[1] += text[1] ? 'a' : 0;
	order = bpf_strncmp(text, sizeof(text), "ab");
	keep(0, order);
	keep(1, bpf_strncmp(text, 1, "a"));
	keep(2, bpf_strncmp(text, (packet->size & 7) + 1, "bbbbbbbbbb"));
	keep(3, bpf_strncmp(text, 3, ""));
	return order < 0 ? XDP_DROP : order ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
