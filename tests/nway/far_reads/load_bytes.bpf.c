// Bytes up to the packet's end, at an offset that the packet names.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") int load_bytes(struct xdp_md *ctx) {
  __u8 header[16] = {}, bytes[8] = {};
  if (bpf_xdp_load_bytes(ctx, 0, header, sizeof header) < 0)
    return XDP_PASS;
  __u32 offset = (header[14] << 8 | header[15]) & 0xfff;
  if (bpf_xdp_load_bytes(ctx, offset, bytes, sizeof bytes) < 0)
    return XDP_DROP;
  return (bytes[0] ^ bytes[7]) & 1 ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
