// Redirection to every interface of a map; egress interface; what a driver knows of a packet.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} named SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} results SEC(".maps");

static __always_inline void keep(__u64 value)
{
	__u32 place = 0;
	__u64 *kept = bpf_map_lookup_elem(&results, &place);

	if (kept)
		*kept = *kept * 3 + value;
}

SEC("xdp")
int everywhere(struct xdp_md *ctx)
{
	__u8 *byte = (void *)(long)ctx->data;

	if (byte + 14 > (__u8 *)(long)ctx->data_end)
		return XDP_DROP;
	if (byte[0] & 1)
		return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
	if (byte[0] & 2)
		return bpf_redirect_map(&named, byte[1], BPF_F_BROADCAST);
	return bpf_redirect_map(&ports, byte[1] & 7, byte[2]);
}

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
enum xdp_rss_hash_type { none };
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *type) __ksym;

SEC("xdp")
int metadata(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type type = none;
	__u64 time = 3;
	__u32 hash = 5;
	int error = bpf_xdp_metadata_rx_timestamp(ctx, &time);

	keep(error);
	keep(bpf_xdp_metadata_rx_hash(ctx, &hash, &type));
	keep(time + hash + type);
	return error < 0 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int egress(struct xdp_md *ctx)
{
	keep(ctx->egress_ifindex);
	return ctx->egress_ifindex == 3 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
