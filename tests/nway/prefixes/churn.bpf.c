// What the packet asks for, on a trie that packets change: look-up, update or deletion of a prefix of any length,
// whether it is there or not. Results and values go into the packet.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef DATA
#define DATA 4
#endif
#ifndef ENTRIES
#define ENTRIES 8
#endif

struct key {
	__u32 length;
	__u8 data[DATA];
} __attribute__((packed));

struct value {
	__u32 number;
	__u32 uses;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct value);
} table SEC(".maps");

// Behind the Ethernet header: what to do, flags, length, data; then room for results.
struct request {
	__u8 what, flags;
	__u16 length;
	__u32 number;
	__u64 result;
	__u32 found, uses;
	__u8 data[DATA];
} __attribute__((packed));

SEC("xdp")
int churn(struct xdp_md *ctx)
{
	__u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
	struct request *r = (void *)(data + 14);
	struct value fresh = {}, *value;
	struct key key;

	if ((void *)(r + 1) > (void *)end)
		return XDP_DROP;
	key.length = r->length;
	__builtin_memcpy(key.data, r->data, DATA);
	fresh.number = r->number;
	switch (r->what) {
	case 0:
		value = bpf_map_lookup_elem(&table, &key);
		if (!value)
			return XDP_PASS;
		value->uses += 1;
		__sync_fetch_and_add(&value->bytes, end - data);
		r->found = value->number;
		r->uses = value->uses;
		return XDP_TX;
	case 1:
		r->result = bpf_map_update_elem(&table, &key, &fresh, r->flags);
		return XDP_TX;
	case 2:
		r->result = bpf_map_delete_elem(&table, &key);
		return XDP_TX;
#ifdef BOTH
	case 3: // learn what is not covered yet
		value = bpf_map_lookup_elem(&table, &key);
		if (value) {
			value->uses += 1;
			r->found = value->number;
			return XDP_TX;
		}
		key.length = key.length > 7 ? key.length - 7 : 0;
		r->result = bpf_map_update_elem(&table, &key, &fresh, BPF_NOEXIST);
		return XDP_TX;
	case 4: // the element stays what it was behind an update of its key
		value = bpf_map_lookup_elem(&table, &key);
		r->result = bpf_map_update_elem(&table, &key, &fresh, BPF_ANY);
		if (value)
			r->found = value->number;
		return XDP_TX;
	case 5: // no prefix is as long as this key, so nothing is found
		r->result = bpf_map_update_elem(&table, &key, &fresh, BPF_ANY);
		key.length = 8 * DATA + 1;
		value = bpf_map_lookup_elem(&table, &key);
		r->found = value ? value->number : 77;
		return XDP_TX;
#endif
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
