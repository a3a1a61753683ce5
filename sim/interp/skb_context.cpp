#include "sim/interp/skb_context.h"

#include <linux/filter.h>

#include <cstddef>

namespace pw::interp {

namespace {

std::uint64_t packet_address(std::int64_t coordinate) {
  return address_in(static_cast<unsigned>(Space::Packet), coordinate);
}

std::uint64_t number(const HelperContext& c, SkbField f) {
  return c.packet.skb[static_cast<unsigned>(f)];
}

// The 4 bytes of the context that start at `field`.
std::uint64_t word_at(const HelperContext& c, std::int64_t field) {
  switch (field) {
  case offsetof(__sk_buff, len):
    return static_cast<std::uint64_t>(length_of(c));
  case offsetof(__sk_buff, pkt_type):
    return number(c, SkbField::PktType);
  case offsetof(__sk_buff, mark):
    return number(c, SkbField::Mark);
  case offsetof(__sk_buff, queue_mapping):
    return number(c, SkbField::QueueMapping);
  case offsetof(__sk_buff, protocol):
    return number(c, SkbField::Protocol);
  case offsetof(__sk_buff, vlan_present):
    return c.packet.has_vlan() ? 1 : 0;
  case offsetof(__sk_buff, vlan_tci):
    return number(c, SkbField::VlanTci);
  case offsetof(__sk_buff, vlan_proto):
    return number(c, SkbField::VlanProto);
  case offsetof(__sk_buff, priority):
    return number(c, SkbField::Priority);
  case offsetof(__sk_buff, ingress_ifindex):
  case offsetof(__sk_buff, ifindex):
    return c.environment.ifindex;
  case offsetof(__sk_buff, tc_index):
    return number(c, SkbField::TcIndex);
  case offsetof(__sk_buff, hash):
    return number(c, SkbField::Hash);
  case offsetof(__sk_buff, tc_classid):
    return number(c, SkbField::TcClassid);
  case offsetof(__sk_buff, wire_len):
    return c.packet.wire_length;
  case offsetof(__sk_buff, napi_id):
  case offsetof(__sk_buff, gso_segs):
  case offsetof(__sk_buff, gso_size):
    return 0;
  case offsetof(__sk_buff, gso_size) + 4:
    return c.packet.tstamp_type;
  default:
    throw MemoryFault("no such context field");
  }
}

bool in_cb(std::int64_t offset) {
  return offset >= static_cast<std::int64_t>(offsetof(__sk_buff, cb)) &&
         offset < static_cast<std::int64_t>(offsetof(__sk_buff, cb) + sizeof(__sk_buff::cb));
}

// cb as 20 bytes.
std::array<std::uint8_t, 20> cb_bytes(const HelperContext& c) {
  std::array<std::uint8_t, 20> bytes{};
  for (unsigned i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(
        c.packet.skb[static_cast<unsigned>(SkbField::Cb0) + i / 4] >> 8 * (i % 4));
  return bytes;
}

} // namespace

std::uint64_t load_skb(const HelperContext& c, std::int64_t offset, unsigned bytes) {
  if (offset == offsetof(__sk_buff, data) || offset == offsetof(__sk_buff, data_meta))
    return packet_address(c.memory.frame.head);
  if (offset == offsetof(__sk_buff, data_end))
    return packet_address(c.memory.frame.tail);
  if (in_cb(offset)) {
    const auto cb = cb_bytes(c);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i)
      value |= std::uint64_t{cb.at(static_cast<std::size_t>(offset) - offsetof(__sk_buff, cb) + i)}
               << 8 * i;
    return value;
  }
  if (bytes == 8) {
    if (offset == offsetof(__sk_buff, tstamp))
      return number(c, SkbField::Tstamp);
    if (offset == offsetof(__sk_buff, hwtstamp))
      return 0;
    throw MemoryFault("no such context field");
  }
  const std::uint64_t word = word_at(c, offset / 4 * 4) >> 8 * (offset % 4);
  return bytes == 4 ? word : word & ((1u << 8 * bytes) - 1);
}

void store_skb(HelperContext& c, std::int64_t offset, unsigned bytes, std::uint64_t value) {
  const auto set = [&](SkbField f, std::uint64_t v) { c.packet.skb[static_cast<unsigned>(f)] = v; };
  if (in_cb(offset)) {
    auto cb = cb_bytes(c);
    for (unsigned i = 0; i < bytes; ++i)
      cb.at(static_cast<std::size_t>(offset) - offsetof(__sk_buff, cb) + i) =
          static_cast<std::uint8_t>(value >> 8 * i);
    for (unsigned w = 0; w < 5; ++w)
      set(static_cast<SkbField>(static_cast<unsigned>(SkbField::Cb0) + w),
          cb[4 * w] | cb[4 * w + 1] << 8 | cb[4 * w + 2] << 16 |
              static_cast<std::uint32_t>(cb[4 * w + 3]) << 24);
    return;
  }
  const auto low = static_cast<std::uint32_t>(value);
  switch (offset) {
  case offsetof(__sk_buff, mark):
    return set(SkbField::Mark, low);
  case offsetof(__sk_buff, priority):
    return set(SkbField::Priority, low);
  case offsetof(__sk_buff, tstamp):
    return set(SkbField::Tstamp, value);
  case offsetof(__sk_buff, tc_index):
    return set(SkbField::TcIndex, low & 0xffff);
  case offsetof(__sk_buff, tc_classid):
    return set(SkbField::TcClassid, low & 0xffff);
  case offsetof(__sk_buff, queue_mapping):
    if (value < 0xffff) // NO_QUEUE_MAPPING
      set(SkbField::QueueMapping, low);
    return;
  default:
    throw MemoryFault("this context field is read-only");
  }
}

std::optional<std::uint64_t> load_from_packet(HelperContext& c, std::int32_t offset,
                                              unsigned bytes) {
  const Frame& f = c.memory.frame;
  std::int64_t at = f.head + offset;
  if (offset < 0 && offset >= SKF_NET_OFF)
    at = c.packet.network + offset - SKF_NET_OFF;
  else if (offset < 0 && offset >= SKF_LL_OFF)
    at = f.head + offset - SKF_LL_OFF;
  else if (offset < 0)
    return std::nullopt;
  if (at + bytes > f.tail)
    return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t byte : c.memory.packet_bytes(at, bytes))
    value = value << 8 | byte;
  return value;
}

} // namespace pw::interp
