// SPDX-License-Identifier: Apache-2.0
// For `./bench tables`: puts the 16 bytes behind the Ethernet header into a table of ENTRIES keys; a packet whose key is
// refused is dropped.
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

struct key {
	__u32 words[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ENTRIES);
	__type(key, struct key);
	__type(value, __u32);
} table SEC(".maps");

SEC("xdp")
int fill(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct key *bytes = data + sizeof(struct ethhdr), key;
	__u32 value = 1;

	if ((void *)(bytes + 1) > data_end)
		return XDP_ABORTED;
	key = *bytes;
	return bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
