// Looks at constant offsets far away, and adds up bytes from where the packet says, of which
// some were written before.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") int payload(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 600 > end)
    return XDP_PASS;
  __u32 mark = *(__u32 *)(data + 500) ^ *(__u32 *)(data + 580);
  data[300] = 0xaa;
  data[301] = data[15];
  __u8 *from = data + ((data[14] << 1) + 4), sum = 0;
  for (int i = 0; i < 12 && from + i + 1 <= end; i++)
    sum = sum * 3 + from[i];
  data[0] = sum;
  return (mark & 7) == 5 ? XDP_DROP : XDP_TX;
}

char _license[] SEC("license") = "GPL";
