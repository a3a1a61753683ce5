// What only tc programs do: fields of the context, and helpers that change the packet.
#include "tests/random/builder.h"

#include <linux/if_packet.h>

#include <cstddef>

namespace pw::random {

namespace {

struct Place {
  unsigned offset, bytes;
};

#define PW_FIELD(name)                                                                             \
  { unsigned(offsetof(__sk_buff, name)), 4 }
constexpr Place readable[] = {PW_FIELD(len),      PW_FIELD(pkt_type),
                              PW_FIELD(mark),     PW_FIELD(queue_mapping),
                              PW_FIELD(protocol), PW_FIELD(vlan_present),
                              PW_FIELD(vlan_tci), PW_FIELD(vlan_proto),
                              PW_FIELD(priority), PW_FIELD(ingress_ifindex),
                              PW_FIELD(ifindex),  PW_FIELD(tc_index),
                              PW_FIELD(hash),     PW_FIELD(tc_classid),
                              PW_FIELD(napi_id),  PW_FIELD(wire_len),
                              PW_FIELD(gso_segs), PW_FIELD(gso_size),
                              PW_FIELD(cb[0]),    PW_FIELD(cb[1]),
                              PW_FIELD(cb[2]),    PW_FIELD(cb[3]),
                              PW_FIELD(cb[4]),    {unsigned(offsetof(__sk_buff, tstamp)), 8}};
constexpr Place writable[] = {PW_FIELD(mark),
                              PW_FIELD(queue_mapping),
                              PW_FIELD(priority),
                              PW_FIELD(tc_index),
                              PW_FIELD(tc_classid),
                              PW_FIELD(cb[0]),
                              PW_FIELD(cb[1]),
                              PW_FIELD(cb[2]),
                              PW_FIELD(cb[3]),
                              PW_FIELD(cb[4]),
                              {unsigned(offsetof(__sk_buff, tstamp)), 8}};
#undef PW_FIELD

constexpr unsigned cb_first = offsetof(__sk_buff, cb), cb_end = cb_first + 20;

} // namespace

// A part of cb may be accessed, too.
void Builder::skb_field_statement() {
  const bool write = bits_.percent(50);
  Place place = write ? writable[bits_.below(std::size(writable))]
                      : readable[bits_.below(std::size(readable))];
  if (place.offset >= cb_first && place.offset < cb_end && bits_.percent(40)) {
    place.bytes = bits_.of({1u, 2u, 8u});
    place.offset = (place.offset + bits_.below(4)) / place.bytes * place.bytes;
    if (place.offset < cb_first || place.offset + place.bytes > cb_end)
      place = {cb_first, 4};
  }
  if (write)
    return emit_.store(place.bytes, 6, int(place.offset), scalar());
  unsigned dst = fresh();
  emit_.load(place.bytes, dst, 6, int(place.offset));
  frame_.scalar(dst);
}

void Builder::skb_call(std::int32_t helper, bool moves) {
  emit_.move(1, 6);
  emit_.call(helper);
  frame_.forget_call_registers();
  if (moves)
    frame_.forget_packet_pointers();
  frame_.scalar(0);
  if (bits_.percent(40)) {
    unsigned kept = fresh({0});
    emit_.move(kept, 0);
    frame_.scalar(kept);
  }
}

// Where in the packet: often inside, sometimes behind it.
void Builder::skb_offset(unsigned reg) {
  if (bits_.percent(70))
    return emit_.set(reg, std::int32_t(bits_.of({0u, 6u, 12u, 14u, 16u, 22u, 24u, 26u, 30u, 34u,
                                                 36u, 40u, 50u, bits_.below(160)})));
  emit_.move(reg, scalar());
  mask(reg, bits_.of({16u, 64u, 128u}));
}

// Bytes of the packet to the stack, or from there.
void Builder::skb_bytes(bool load) {
  const unsigned bytes = bits_.of({1u, 2u, 3u, 4u, 4u, 6u, 8u, 14u, 16u});
  const unsigned at = bits_.below(data_bytes / 16) * 16;
  if (!load)
    fill(at, false), fill(at + 8, false);
  skb_offset(2);
  emit_.move(3, 10);
  emit_.alu_imm(true, BPF_ADD, 3, int(at) - int(data_bytes));
  emit_.set(4, std::int32_t(bytes));
  if (!load) {
    emit_.set(5, std::int32_t(bits_.below(4)));
    return skb_call(BPF_FUNC_skb_store_bytes, true);
  }
  if (bits_.percent(25)) {
    emit_.set(5, std::int32_t(bits_.below(2)));
    skb_call(BPF_FUNC_skb_load_bytes_relative, false);
  } else {
    skb_call(BPF_FUNC_skb_load_bytes, false);
  }
  for (unsigned i = 0; i < bytes; ++i)
    frame_.written.set(at + i);
}

void Builder::skb_checksum(bool l4) {
  const unsigned size = bits_.of({0u, 2u, 2u, 4u, 4u});
  const unsigned a = scalar(), b = scalar();
  emit_.move(9, a); // the call's registers are about to be written
  frame_.scalar(9);
  emit_.move(4, b == 9 ? 9 : b);
  emit_.move(3, 9);
  skb_offset(2);
  if (size == 0)
    emit_.set(3, 0);
  emit_.set(5, std::int32_t(size | (l4 ? bits_.of({0u, 0x10u, 0x20u, 0x30u}) : 0u)));
  skb_call(l4 ? BPF_FUNC_l4_csum_replace : BPF_FUNC_l3_csum_replace, true);
}

// By how much, how, and at which place; flags that are not allowed together come up, too.
void Builder::skb_room() {
  emit_.set(2, std::int32_t(bits_.of({0u, 4u, 8u, 20u, 28u, 40u, bits_.below(64)})) *
                   (bits_.percent(60) ? 1 : -1));
  emit_.set(3, std::int32_t(bits_.below(2)));
  std::int32_t flags = 0;
  if (bits_.percent(60))
    flags = std::int32_t(bits_.of(
        {0x1u, 0x2u, 0x4u, 0x8u, 0x12u, 0xau, 0x6u, 0x20u, 0x80u, 0x100u, bits_.below(512)}));
  emit_.set(4, flags);
  skb_call(BPF_FUNC_skb_adjust_room, true);
}

void Builder::skb_vlan() {
  if (bits_.percent(40))
    return skb_call(BPF_FUNC_skb_vlan_pop, true);
  emit_.set(2, std::int32_t(bits_.of({0x0081u, 0xa888u, 0x0008u}))); // as in the packet
  emit_.set(3, std::int32_t(bits_.below(1 << 16)));
  skb_call(BPF_FUNC_skb_vlan_push, true);
}

void Builder::skb_number(std::int32_t helper, std::initializer_list<unsigned> numbers, bool moves) {
  emit_.set(2, std::int32_t(bits_.of(numbers)));
  emit_.set(3, bits_.percent(95) ? 0 : 1);
  skb_call(helper, moves);
}

void Builder::skb_move_statement() {
  if (loops_ > 0 || (frozen_ & 0x3f) != 0 || frozen(8) || frozen(9))
    return skb_field_statement();
  switch (bits_.below(18)) {
  case 0:
  case 1:
  case 2:
    return skb_bytes(true);
  case 3:
  case 4:
    return skb_bytes(false);
  case 5:
    return skb_checksum(false);
  case 6:
    return skb_checksum(true);
  case 7:
  case 8:
    return skb_vlan();
  case 9:
  case 10:
    return skb_room();
  case 11:
    return skb_number(BPF_FUNC_skb_change_tail, {14, 20, 40, 60, 64, 100, bits_.below(300)}, true);
  case 12:
    return skb_number(BPF_FUNC_skb_change_head, {0, 4, 14, 32, bits_.below(64)}, true);
  case 13:
    return skb_number(BPF_FUNC_skb_change_proto, {0x0008, 0xdd86, 0x0081}, true);
  case 14:
    return skb_number(BPF_FUNC_skb_change_type, {PACKET_HOST, PACKET_OTHERHOST, 2, 5}, false);
  case 15:
    return skb_number(BPF_FUNC_skb_pull_data, {0, 20, 64, bits_.below(300)}, true);
  case 16:
    return bits_.percent(50) ? skb_number(BPF_FUNC_set_hash, {0, 1, 77777}, false)
                             : skb_call(BPF_FUNC_set_hash_invalid, false);
  default:
    return load_absolute();
  }
}

// LD_ABS and LD_IND. Linux has them only in programs without calls of their own functions.
void Builder::load_absolute() {
  if (!functions_.empty() || !options_.kernel)
    return skb_field_statement();
  const unsigned size = bits_.of({unsigned(BPF_B), unsigned(BPF_H), unsigned(BPF_W)});
  const std::int32_t offset = bits_.percent(85) ? std::int32_t(bits_.below(40))
                                                : std::int32_t(bits_.of({-0x100000, -0x200000})) +
                                                      std::int32_t(bits_.below(20));
  if (bits_.percent(60)) {
    emit_.raw(std::uint8_t(BPF_LD | BPF_ABS | size), 0, 0, 0, offset);
  } else {
    emit_.move(8, scalar());
    mask(8, 32);
    emit_.raw(std::uint8_t(BPF_LD | BPF_IND | size), 0, 8, 0, offset);
    frame_.scalar(8);
  }
  frame_.forget_call_registers();
  frame_.scalar(0);
}

} // namespace pw::random
