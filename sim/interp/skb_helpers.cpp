#include "sim/interp/skb_helpers.h"

#include "sim/interp/route_helpers.h"
#include "sim/interp/skb_checksum.h"
#include "sim/interp/skb_room.h"

#include <linux/pkt_cls.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace pw::interp {

namespace {

constexpr int not_supported = 524; // ENOTSUPP of Linux

std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }

void set(HelperContext& c, SkbField f, std::uint64_t v) {
  c.packet.skb[static_cast<unsigned>(f)] = v;
}

std::uint64_t copy_out(HelperContext& c, std::span<std::uint8_t> to, std::int64_t from, bool good) {
  if (!good || from + static_cast<std::int64_t>(to.size()) > c.memory.frame.tail) {
    std::ranges::fill(to, std::uint8_t{0});
    return error(-EFAULT);
  }
  const auto part = c.memory.packet_bytes(from, static_cast<std::int64_t>(to.size()));
  std::memmove(to.data(), part.data(), part.size());
  return 0;
}

std::uint64_t load_bytes(HelperContext& c, const Arguments& a) {
  const auto to = c.memory.at(a[2], low(a[3]), true);
  return copy_out(c, to, c.memory.frame.head + low(a[1]), low(a[1]) <= INT_MAX);
}

std::uint64_t load_bytes_relative(HelperContext& c, const Arguments& a) {
  const auto to = c.memory.at(a[2], low(a[3]), true);
  const std::uint32_t header = low(a[4]);
  const std::int64_t start = header == BPF_HDR_START_NET ? c.packet.network : c.memory.frame.head;
  return copy_out(c, to, start + low(a[1]), low(a[1]) <= 0xffff && header <= BPF_HDR_START_NET);
}

std::uint64_t store_bytes(HelperContext& c, const Arguments& a) {
  constexpr std::uint64_t known = BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH;
  const auto from = c.memory.at(a[2], low(a[3]), false);
  if ((a[4] & ~known) != 0)
    return error(-EINVAL);
  const std::int64_t offset = low(a[1]), size = low(a[3]);
  if (offset > INT_MAX || offset + size > length_of(c))
    return error(-EFAULT);
  const auto to = c.memory.packet_bytes(c.memory.frame.head + offset, size);
  std::memmove(to.data(), from.data(), from.size());
  if ((a[4] & BPF_F_INVALIDATE_HASH) != 0)
    set(c, SkbField::Hash, 0);
  return 0;
}

std::uint64_t pull_data(HelperContext& c, const Arguments& a) {
  return low(a[1]) > length_of(c) ? error(-ENOMEM) : 0;
}

std::uint64_t change_type(HelperContext& c, const Arguments& a) {
  constexpr std::uint32_t last = 3; // PACKET_OTHERHOST
  if (c.packet.skb[static_cast<unsigned>(SkbField::PktType)] > last || low(a[1]) > last)
    return error(-EINVAL);
  set(c, SkbField::PktType, low(a[1]));
  return 0;
}

std::uint64_t set_tstamp(HelperContext& c, const Arguments& a) {
  if (!c.packet.is_ipv4() && !c.packet.is_ipv6())
    return error(-EOPNOTSUPP);
  const std::uint32_t type = low(a[2]);
  if (type > 2 || (type != 0 && a[1] == 0))
    return error(-EINVAL);
  set(c, SkbField::Tstamp, a[1]);
  c.packet.tstamp_type = static_cast<std::uint8_t>(type);
  return 0;
}

std::uint64_t csum_update(HelperContext&, const Arguments&) { return error(-not_supported); }

std::uint64_t csum_level(HelperContext& c, const Arguments& a) {
  constexpr unsigned max_level = 3;
  auto& level = c.packet.checksum_level;
  switch (a[1]) {
  case BPF_CSUM_LEVEL_QUERY:
    return level ? *level : error(-EACCES);
  case BPF_CSUM_LEVEL_INC:
    level = level ? std::min(*level + 1, max_level) : 0;
    return 0;
  case BPF_CSUM_LEVEL_DEC:
    level = level && *level > 0 ? std::optional(*level - 1) : std::nullopt;
    return 0;
  case BPF_CSUM_LEVEL_RESET:
    level.reset();
    return 0;
  default:
    return error(-EINVAL);
  }
}

std::uint64_t set_hash_invalid(HelperContext& c, const Arguments&) {
  set(c, SkbField::Hash, 0);
  return 0;
}

std::uint64_t set_hash(HelperContext& c, const Arguments& a) {
  set(c, SkbField::Hash, low(a[1]));
  return 0;
}

std::uint64_t redirect(HelperContext& c, const Arguments& a) {
  if ((a[1] & ~std::uint64_t{BPF_F_INGRESS}) != 0)
    return TC_ACT_SHOT;
  c.packet.redirect_ifindex = low(a[0]);
  c.packet.redirect_flags = a[1];
  return TC_ACT_REDIRECT;
}

std::uint64_t check_mtu(HelperContext& c, const Arguments& a) {
  constexpr std::uint32_t header = Frame::shortest;
  const auto given = low(c.memory.load(a[2], 4));
  if ((a[4] & ~std::uint64_t{BPF_MTU_CHK_SEGS}) != 0 ||
      (a[4] != 0 && (low(a[3]) != 0 || given != 0)))
    return error(-EINVAL);
  const std::uint32_t length =
      (given != 0 ? given + header : static_cast<std::uint32_t>(length_of(c))) + low(a[3]);
  c.memory.store(a[2], 4, c.environment.mtu);
  const bool too_long =
      static_cast<std::int32_t>(length) > static_cast<std::int32_t>(c.environment.mtu + header);
  return too_long ? BPF_MTU_CHK_RET_FRAG_NEEDED : BPF_MTU_CHK_RET_SUCCESS;
}

struct NamedHelper {
  std::uint32_t id;
  Helper function;
};

constexpr std::array helpers = {
    NamedHelper{BPF_FUNC_skb_load_bytes, load_bytes},
    NamedHelper{BPF_FUNC_skb_load_bytes_relative, load_bytes_relative},
    NamedHelper{BPF_FUNC_skb_store_bytes, store_bytes},
    NamedHelper{BPF_FUNC_l3_csum_replace, l3_csum_replace},
    NamedHelper{BPF_FUNC_l4_csum_replace, l4_csum_replace},
    NamedHelper{BPF_FUNC_skb_pull_data, pull_data},
    NamedHelper{BPF_FUNC_skb_vlan_push, vlan_push},
    NamedHelper{BPF_FUNC_skb_vlan_pop, vlan_pop},
    NamedHelper{BPF_FUNC_skb_change_head, change_head},
    NamedHelper{BPF_FUNC_skb_change_tail, change_tail},
    NamedHelper{BPF_FUNC_skb_change_proto, change_proto},
    NamedHelper{BPF_FUNC_skb_adjust_room, adjust_room},
    NamedHelper{BPF_FUNC_skb_change_type, change_type},
    NamedHelper{BPF_FUNC_skb_set_tstamp, set_tstamp},
    NamedHelper{BPF_FUNC_csum_update, csum_update},
    NamedHelper{BPF_FUNC_csum_level, csum_level},
    NamedHelper{BPF_FUNC_set_hash_invalid, set_hash_invalid},
    NamedHelper{BPF_FUNC_set_hash, set_hash},
    NamedHelper{BPF_FUNC_redirect, redirect},
    NamedHelper{BPF_FUNC_check_mtu, check_mtu},
    NamedHelper{BPF_FUNC_fib_lookup, fib_lookup_tc},
};

} // namespace

Helper find_tc_helper(std::uint32_t id) {
  for (const NamedHelper& helper : helpers)
    if (helper.id == id)
      return helper.function;
  return nullptr;
}

} // namespace pw::interp
