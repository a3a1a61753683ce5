#include "sim/interp/skb_room.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace pw::interp {

namespace {

constexpr int not_supported = 524;      // ENOTSUPP of Linux
constexpr std::int64_t longest = 16064; // BPF_SKB_MAX_LEN
constexpr std::int64_t ethernet = 14, tag_bytes = 4, addresses = 12, ipv4_bytes = 20,
                       ipv6_bytes = 40;
constexpr std::uint64_t encap_l3 = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;
constexpr std::uint64_t decap_l3 = room_decap_ipv4 | room_decap_ipv6;

std::uint16_t big_endian(unsigned x) {
  return static_cast<std::uint16_t>((x & 0xff) << 8 | x >> 8);
}

std::uint64_t& field(HelperContext& c, SkbField f) {
  return c.packet.skb[static_cast<unsigned>(f)];
}

void set_head(HelperContext& c, std::int64_t head) {
  if (head < -Frame::head_room)
    throw Failure(diagnose("PW-ENG-004", "the interpreter has no room for so much in front of "
                                         "packet " +
                                             std::to_string(c.packet.index)));
  c.memory.frame.head = c.memory.frame.meta = head;
}

// Zeros behind the first `offset` bytes.
void push(HelperContext& c, std::int64_t offset, std::int64_t bytes) {
  const std::int64_t old = c.memory.frame.head;
  set_head(c, old - bytes);
  c.memory.reach(old + offset);
  const auto all = c.memory.packet_bytes(old - bytes, offset + bytes);
  std::memmove(all.data(), all.data() + bytes, static_cast<std::size_t>(offset));
  std::memset(all.data() + offset, 0, static_cast<std::size_t>(bytes));
  c.packet.network -= bytes;
}

int pop(HelperContext& c, std::int64_t offset, std::int64_t bytes) {
  if (length_of(c) < offset + bytes)
    return -ENOMEM;
  const auto all = c.memory.packet_bytes(c.memory.frame.head, offset + bytes);
  std::memmove(all.data() + bytes, all.data(), static_cast<std::size_t>(offset));
  set_head(c, c.memory.frame.head + bytes);
  c.packet.network += bytes;
  return 0;
}

std::uint16_t word(HelperContext& c, std::int64_t offset) {
  std::uint16_t value = 0;
  c.memory.reach(c.memory.frame.head + offset + 2);
  std::memcpy(&value, c.memory.packet_bytes(c.memory.frame.head + offset, 2).data(), 2);
  return value;
}

void put_word(HelperContext& c, std::int64_t offset, std::uint16_t value) {
  std::memcpy(c.memory.packet_bytes(c.memory.frame.head + offset, 2).data(), &value, 2);
}

bool is_tag(std::uint64_t protocol) {
  return protocol == big_endian(0x8100) || protocol == big_endian(0x88a8);
}

// Takes a tag out of the packet.
int take_tag(HelperContext& c, std::uint16_t& tci) {
  if (length_of(c) < ethernet + tag_bytes)
    return -ENOMEM;
  tci = big_endian(word(c, ethernet));
  const std::uint16_t inner = word(c, ethernet + 2);
  const std::uint16_t first = word(c, ethernet + 4);
  if ((inner & 0xff) >= 6) // below 1536 it is a length
    field(c, SkbField::Protocol) = inner;
  else
    field(c, SkbField::Protocol) = big_endian(first == 0xffff ? 1 : 4);
  const std::int64_t network = c.packet.network;
  pop(c, addresses, tag_bytes);
  c.packet.network = std::max(network, c.memory.frame.head + ethernet);
  return 0;
}

} // namespace

std::uint64_t vlan_push(HelperContext& c, const Arguments& a) {
  if (c.packet.has_vlan()) {
    const auto proto = static_cast<std::uint16_t>(field(c, SkbField::VlanProto));
    push(c, addresses, tag_bytes);
    put_word(c, addresses, proto);
    put_word(c, addresses + 2, big_endian(static_cast<unsigned>(field(c, SkbField::VlanTci))));
    field(c, SkbField::Protocol) = proto;
  }
  const auto proto = static_cast<std::uint16_t>(a[1]);
  field(c, SkbField::VlanProto) = is_tag(proto) ? proto : big_endian(0x8100);
  field(c, SkbField::VlanTci) = static_cast<std::uint16_t>(a[2]);
  return 0;
}

std::uint64_t vlan_pop(HelperContext& c, const Arguments&) {
  std::uint16_t tci = 0;
  if (c.packet.has_vlan()) {
    field(c, SkbField::VlanProto) = field(c, SkbField::VlanTci) = 0;
  } else if (is_tag(field(c, SkbField::Protocol))) {
    if (const int problem = take_tag(c, tci))
      return error(problem);
  }
  const std::uint64_t proto = field(c, SkbField::Protocol);
  if (!is_tag(proto))
    return 0;
  if (const int problem = take_tag(c, tci)) // the next one then stands beside the packet
    return error(problem);
  field(c, SkbField::VlanProto) = proto;
  field(c, SkbField::VlanTci) = tci;
  return 0;
}

std::uint64_t change_head(HelperContext& c, const Arguments& a) {
  const std::int64_t bytes = static_cast<std::int32_t>(a[1]);
  if (a[2] != 0 || bytes < 0 || length_of(c) + bytes > longest)
    return error(-EINVAL);
  set_head(c, c.memory.frame.head - bytes);
  std::ranges::fill(c.memory.packet_bytes(c.memory.frame.head, bytes), std::uint8_t{0});
  return 0;
}

std::uint64_t change_tail(HelperContext& c, const Arguments& a) {
  Frame& f = c.memory.frame;
  const std::int64_t bytes = static_cast<std::uint32_t>(a[1]);
  if (a[2] != 0 || bytes > longest || bytes < c.packet.network - f.head)
    return error(-EINVAL);
  if (c.packet.encapsulated)
    return error(-not_supported);
  c.memory.reach(f.head + bytes);
  if (f.head + bytes > f.tail)
    std::ranges::fill(c.memory.packet_bytes(f.tail, f.head + bytes - f.tail), std::uint8_t{0});
  f.tail = f.head + bytes;
  return 0;
}

std::uint64_t change_proto(HelperContext& c, const Arguments& a) {
  const auto to = static_cast<std::uint16_t>(a[1]);
  constexpr std::int64_t bytes = ipv6_bytes - ipv4_bytes;
  const std::int64_t header = c.packet.network - c.memory.frame.head; // longer after change_head
  if (a[2] != 0)
    return error(-EINVAL);
  if (c.packet.is_ipv4() && to == big_endian(0x86dd))
    push(c, header, bytes);
  else if (!c.packet.is_ipv6() || to != big_endian(0x0800))
    return error(-not_supported);
  else if (const int problem = pop(c, header, bytes))
    return error(problem);
  field(c, SkbField::Protocol) = to;
  field(c, SkbField::Hash) = 0;
  return 0;
}

namespace {

int check_encapsulation(const HelperContext& c, std::uint64_t flags, std::int64_t bytes) {
  constexpr std::uint64_t l4 = BPF_F_ADJ_ROOM_ENCAP_L4_GRE | BPF_F_ADJ_ROOM_ENCAP_L4_UDP;
  const auto inner = static_cast<std::int64_t>(flags >> BPF_ADJ_ROOM_ENCAP_L2_SHIFT);
  if ((flags & encap_l3) == encap_l3 || (flags & l4) == l4 ||
      ((flags & BPF_F_ADJ_ROOM_ENCAP_L2_ETH) != 0 && inner < ethernet))
    return -EINVAL;
  if (c.packet.encapsulated)
    return -EALREADY;
  return inner > bytes ? -EINVAL : 0;
}

int grow(HelperContext& c, std::int64_t offset, std::int64_t bytes, std::uint64_t flags) {
  const bool encapsulates = (flags & encap_l3) != 0;
  if (encapsulates)
    if (const int problem = check_encapsulation(c, flags, bytes))
      return problem;
  push(c, offset, bytes);
  if (!encapsulates)
    return 0;
  c.packet.encapsulated = true;
  field(c, SkbField::Protocol) =
      big_endian((flags & BPF_F_ADJ_ROOM_ENCAP_L3_IPV6) != 0 ? 0x86dd : 0x0800);
  return 0;
}

int shrink(HelperContext& c, std::int64_t offset, std::int64_t bytes, std::uint64_t flags) {
  constexpr std::uint64_t known =
      BPF_F_ADJ_ROOM_FIXED_GSO | decap_l3 | BPF_F_ADJ_ROOM_NO_CSUM_RESET;
  if ((flags & ~known) != 0)
    return -EINVAL;
  if (const int problem = pop(c, offset, bytes))
    return problem;
  if ((flags & decap_l3) != 0)
    field(c, SkbField::Protocol) = big_endian((flags & room_decap_ipv6) != 0 ? 0x86dd : 0x0800);
  return 0;
}

int check_room(const HelperContext& c, const Arguments& a, std::int64_t base) {
  constexpr std::uint64_t known = 0xff000000'000001ffull; // Linux 6.18
  const std::int64_t by = static_cast<std::int32_t>(a[1]), bytes = std::abs(by);
  const std::uint64_t flags = a[3], decap = flags & decap_l3;
  if ((flags & ~known) != 0)
    return -EINVAL;
  if (bytes > 0xfff)
    return -EFAULT;
  if ((!c.packet.is_ipv4() && !c.packet.is_ipv6()) ||
      static_cast<std::uint32_t>(a[2]) > BPF_ADJ_ROOM_MAC)
    return -not_supported;
  if (decap != 0 && (by >= 0 || decap == decap_l3))
    return -EINVAL;
  const std::int64_t least = decap == 0 ? base : decap == room_decap_ipv4 ? ipv4_bytes : ipv6_bytes;
  const std::int64_t rest = c.memory.frame.tail - c.packet.network;
  if (by < 0 ? bytes >= rest || rest - bytes < least : length_of(c) + bytes > longest)
    return -not_supported;
  return 0;
}

} // namespace

std::uint64_t adjust_room(HelperContext& c, const Arguments& a) {
  const std::int64_t base = c.packet.is_ipv4() ? ipv4_bytes : ipv6_bytes;
  if (const int problem = check_room(c, a, base))
    return error(problem);
  const std::int64_t by = static_cast<std::int32_t>(a[1]);
  std::int64_t offset = c.packet.network - c.memory.frame.head;
  if (static_cast<std::uint32_t>(a[2]) == BPF_ADJ_ROOM_NET)
    offset += base;
  const int problem = by < 0 ? shrink(c, offset, -by, a[3]) : grow(c, offset, by, a[3]);
  if (problem == 0 && (a[3] & BPF_F_ADJ_ROOM_NO_CSUM_RESET) == 0)
    c.packet.checksum_level.reset();
  return error(problem);
}

} // namespace pw::interp
