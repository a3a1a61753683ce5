// SPDX-License-Identifier: Apache-2.0
// Values of the kernel's configuration.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_HZ __kconfig __weak;
extern _Bool CONFIG_PIPEWRIGHT __kconfig __weak;
#ifdef STRONG
extern int CONFIG_PIPEWRIGHT_STRONG __kconfig;
#endif

SEC("xdp")
int config(struct xdp_md *ctx)
{
#ifdef STRONG
	if (CONFIG_PIPEWRIGHT_STRONG == 3)
		return XDP_TX;
#endif
	if (CONFIG_PIPEWRIGHT)
		return XDP_DROP;
	return LINUX_KERNEL_VERSION > CONFIG_HZ ? XDP_PASS : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
