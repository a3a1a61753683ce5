#include "lookup.h"

LOOK_UP("xdp", plain, xdp_md, ask, 0, XDP_PASS)
LOOK_UP("xdp", direct, xdp_md, ask, BPF_FIB_LOOKUP_DIRECT, XDP_PASS)
LOOK_UP("xdp", output, xdp_md, ask, BPF_FIB_LOOKUP_OUTPUT, XDP_PASS)
LOOK_UP("xdp", skip, xdp_md, ask, BPF_FIB_LOOKUP_SKIP_NEIGH, XDP_PASS)
LOOK_UP("xdp", any, xdp_md, ask, q->flags & ~0x18ull, XDP_PASS) // all but TBID and SRC
LOOK_UP("xdp", in_map, xdp_md, ask_in_map, 0, XDP_PASS)
LOOK_UP("xdp", table, xdp_md, ask, BPF_FIB_LOOKUP_DIRECT | 8, XDP_PASS)

SEC("xdp") int small(struct xdp_md *ctx)
{
	struct bpf_fib_lookup fib = { .family = 2 };

	return bpf_fib_lookup(ctx, &fib, 32, 0) == -22 ? XDP_TX : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
