// SPDX-License-Identifier: Apache-2.0
// A small connection tracker: the next state by the flags, packets that fit no state are dropped.
#include "recurrence.h"

enum { none, syn_sent, syn_received, established, fin_wait, close_wait, last_ack, time_wait };

struct connection {
	__u8 state;
	__u32 packets;
	__u64 last;
};

static __always_inline int update(struct connection *c, struct packet *p)
{
	struct tcphdr *tcp = (void *)(p->ip + 1);
	__u8 state = c->state;

	if (p->ip->protocol != IPPROTO_TCP || (void *)(tcp + 1) > p->end)
		return XDP_PASS;
	if (tcp->rst) {
		state = none;
	} else {
		switch (state) {
		case none:
			if (!tcp->syn)
				return XDP_DROP;
			state = tcp->ack ? syn_received : syn_sent;
			break;
		case syn_sent:
			if (tcp->syn && tcp->ack)
				state = syn_received;
			break;
		case syn_received:
			if (tcp->ack)
				state = established;
			break;
		case established:
			if (tcp->fin)
				state = tcp->ack ? close_wait : fin_wait;
			break;
		case fin_wait:
			if (tcp->fin)
				state = time_wait;
			else if (tcp->ack)
				state = last_ack;
			break;
		case close_wait:
			if (tcp->ack)
				state = last_ack;
			break;
		case last_ack:
			state = tcp->ack ? time_wait : last_ack;
			break;
		case time_wait:
			if (tcp->syn)
				state = syn_sent;
			break;
		default:
			return XDP_DROP;
		}
	}
	c->state = state;
	c->packets++;
	c->last = p->now;
	return XDP_PASS;
}

PROGRAM(tcp_states, struct connection);
