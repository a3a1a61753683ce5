// A filter for tc as a card takes it: verdicts are constants, counters are added to, what is read is the packet and its
// length.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64[2]);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
} dropped SEC(".maps");

static __always_inline void count(__u32 key, __u32 bytes)
{
	__u64 *v = bpf_map_lookup_elem(&seen, &key);

	if (!v)
		return;
	__sync_fetch_and_add(&v[0], 1);
	__sync_fetch_and_add(&v[1], bytes);
}

SEC("tc")
int filter(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if (data + sizeof(*eth) > end)
		return TC_ACT_SHOT;
	if (eth->h_proto != bpf_htons(ETH_P_IP)) {
		if (eth->h_proto == bpf_htons(ETH_P_ARP))
			return TC_ACT_STOLEN;
		return eth->h_dest[0] & 1 ? TC_ACT_QUEUED : TC_ACT_UNSPEC;
	}
	if ((void *)(ip + 1) > end)
		return TC_ACT_SHOT;
	count(ip->protocol, skb->len);
	__u32 from = ip->saddr;
	if (bpf_map_lookup_elem(&blocked, &from)) {
		bpf_perf_event_output(skb, &dropped, BPF_F_CURRENT_CPU | 34ull << 32, &from, sizeof(from));
		return TC_ACT_SHOT;
	}
	if (ip->ttl < 2) {
		__u32 value = 1;
		bpf_map_update_elem(&blocked, &from, &value, BPF_ANY);
		return TC_ACT_SHOT;
	}
	ip->tos |= 4;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
