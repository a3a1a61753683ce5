// SPDX-License-Identifier: Apache-2.0
// Something in section "maps" that no loader ever knew.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct odd_definition {
	__u32 type, entries;
};

struct odd_definition SEC("maps") odd = { BPF_MAP_TYPE_ARRAY, 1 };

SEC("xdp")
int odd_maps(struct xdp_md *ctx)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&odd, &zero) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
