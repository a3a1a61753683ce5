// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("kprobe/do_exit")
int probe(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
