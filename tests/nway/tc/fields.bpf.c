// Reads every field of the context, and writes those that may be written.
#include "note.h"

struct rec {
	__u32 f[24];
	__u64 t;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rec);
} out SEC(".maps");
SEC("tc") int fields(struct __sk_buff *skb)
{
	__u32 z = 0;
	struct rec *r = bpf_map_lookup_elem(&out, &z);
	if (!r)
		return TC_ACT_SHOT;
	r->f[0] = skb->len;
	r->f[1] = skb->pkt_type;
	r->f[2] = skb->mark;
	r->f[3] = skb->queue_mapping;
	r->f[4] = skb->protocol;
	r->f[5] = skb->vlan_present;
	r->f[6] = skb->vlan_tci;
	r->f[7] = skb->vlan_proto;
	r->f[8] = skb->priority;
	r->f[9] = skb->ingress_ifindex;
	r->f[10] = skb->ifindex;
	r->f[11] = skb->tc_index;
	r->f[12] = skb->cb[0];
	r->f[13] = skb->cb[4];
	r->f[14] = skb->hash;
	r->f[15] = skb->tc_classid;
	r->f[16] = skb->napi_id;
	r->f[17] = skb->wire_len;
	r->f[18] = skb->gso_segs;
	r->f[19] = skb->gso_size;
	r->f[20] = *(volatile __u8 *)((char *)skb + 9);
	r->f[21] = *(volatile __u16 *)((char *)skb + 10);
	r->f[22] = *(volatile __u8 *)((char *)skb->cb + 7);
	r->t += skb->tstamp;
	skb->mark = skb->mark * 3 + skb->len;
	skb->priority ^= skb->hash + 7;
	skb->tc_index = skb->len * 70000;
	skb->tc_classid = skb->mark;
	skb->queue_mapping = skb->mark & 1 ? 0x1ffff : skb->len;
	skb->tstamp = skb->tstamp + 1000000007ull * skb->len;
	skb->cb[1] = skb->cb[3] + 1;
	((volatile __u8 *)skb->cb)[10] = 0xa5;
	*(volatile __u16 *)((char *)skb->cb + 18) = skb->len;
	*(volatile __u64 *)((char *)skb->cb + 8) = skb->tstamp;
	return skb->len & 1 ? TC_ACT_OK : TC_ACT_SHOT;
}
