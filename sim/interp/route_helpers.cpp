#include "sim/interp/route_helpers.h"

#include "sim/maps/contents.h"
#include "support/fib.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pw::interp {

namespace {

static_assert(sizeof(bpf_fib_lookup) == fib::params::bytes);

MapStore& table(HelperContext& c, const char* name) {
  for (const auto& map : c.maps)
    if (map->definition().name == name)
      return *map;
  throw MemoryFault("the object has no routes");
}

std::uint32_t word(std::span<const std::uint8_t> value, unsigned offset) {
  std::uint32_t v = 0;
  std::memcpy(&v, value.data() + offset, sizeof v);
  return v;
}

bool never_forwarded(const void* address) {
  constexpr std::array<std::uint8_t, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  std::array<std::uint8_t, 16> a{};
  std::memcpy(a.data(), address, a.size());
  return a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || a == loopback;
}

// The key {length, whatever stands in `parts`} of a trie.
Bytes trie_key(std::initializer_list<std::span<const std::uint8_t>> parts) {
  Bytes key(4);
  for (const auto part : parts)
    key.insert(key.end(), part.begin(), part.end());
  std::ranges::copy(index_key(static_cast<std::uint32_t>((key.size() - 4) * 8)), key.begin());
  return key;
}

// The entry of the route; empty if there is none.
std::span<const std::uint8_t> find_route(HelperContext& c, const bpf_fib_lookup& p,
                                         std::uint32_t flags, bool v6) {
  const auto* to = reinterpret_cast<const std::uint8_t*>(&p.ipv4_dst);
  const std::span address(to, v6 ? 16 : 4);
  const bool output = !v6 && (flags & BPF_FIB_LOOKUP_OUTPUT) != 0;
  const bool main = v6 && (flags & BPF_FIB_LOOKUP_DIRECT) != 0;
  MapStore& routes = table(c, output ? fib::ipv4_output
                              : main ? fib::ipv6_main
                              : v6   ? fib::ipv6
                                     : fib::ipv4);
  const auto index = index_key(p.ifindex);
  const auto entry = routes.find(output ? trie_key({index, address}) : trie_key({address}));
  return entry ? routes.value(*entry) : std::span<std::uint8_t>();
}

// What comes behind the choice of a route.
int forward(bpf_fib_lookup& p, std::span<const std::uint8_t> route, std::uint32_t flags, bool v6,
            bool check_mtu) {
  if (route[fib::code] != 0)
    return route[fib::code];
  const std::uint32_t mtu = word(route, fib::mtu);
  if (check_mtu && p.tot_len > mtu) {
    p.mtu_result = static_cast<std::uint16_t>(mtu);
    return BPF_FIB_LKUP_RET_FRAG_NEEDED;
  }
  p.rt_metric = word(route, fib::metric);
  p.ifindex = word(route, fib::ifindex);
  if ((route[fib::flags] & fib::has_gateway) != 0)
    std::memcpy(&p.ipv4_dst, route.data() + fib::gateway, v6 ? 16 : 4);
  if ((flags & BPF_FIB_LOOKUP_SKIP_NEIGH) == 0) {
    if ((route[fib::flags] & fib::has_neighbour) == 0)
      return BPF_FIB_LKUP_RET_NO_NEIGH;
    std::memcpy(p.smac, route.data() + fib::macs, 6);
    std::memcpy(p.dmac, route.data() + fib::macs + 6, 6);
  }
  p.h_vlan_proto = p.h_vlan_TCI = 0;
  if (check_mtu)
    p.mtu_result = static_cast<std::uint16_t>(mtu);
  return BPF_FIB_LKUP_RET_SUCCESS;
}

// `route`: what was found, also for the caller.
int look_up(HelperContext& c, bpf_fib_lookup& p, std::uint32_t flags, bool check_mtu,
            std::span<const std::uint8_t>& route) {
  if (p.family != AF_INET && p.family != AF_INET6)
    return -EAFNOSUPPORT;
  const bool v6 = p.family == AF_INET6;
  if (v6 && (never_forwarded(p.ipv6_dst) || never_forwarded(p.ipv6_src)))
    return BPF_FIB_LKUP_RET_NOT_FWDED;
  MapStore& links = table(c, fib::links);
  const auto link = links.find(index_key(p.ifindex));
  if (!link)
    return -ENODEV;
  if ((word(links.value(*link), 0) & (v6 ? fib::forwards_ipv6 : fib::forwards_ipv4)) == 0)
    return BPF_FIB_LKUP_RET_FWD_DISABLED;
  route = find_route(c, p, flags, v6);
  return route.empty() ? static_cast<int>(BPF_FIB_LKUP_RET_NOT_FWDED)
                       : forward(p, route, flags, v6, check_mtu);
}

std::uint64_t fib_lookup(HelperContext& c, const Arguments& a, bool tc) {
  const auto size = static_cast<std::int32_t>(a[2]);
  const auto flags = static_cast<std::uint32_t>(a[3]);
  const auto result = [](int n) { return static_cast<std::uint64_t>(std::int64_t{n}); };
  if (size < static_cast<std::int32_t>(sizeof(bpf_fib_lookup)) || (flags & ~fib::all_flags) != 0)
    return result(-EINVAL);
  const auto memory = c.memory.at(a[1], sizeof(bpf_fib_lookup), true);
  bpf_fib_lookup p{};
  std::memcpy(&p, memory.data(), sizeof p);
  const bool check_mtu = !tc || p.tot_len != 0;
  std::span<const std::uint8_t> route;
  int code = look_up(c, p, flags, check_mtu, route);
  if (code == BPF_FIB_LKUP_RET_SUCCESS && !check_mtu) {
    const std::uint32_t mtu = word(route, fib::device_mtu);
    if (c.memory.frame.tail - c.memory.frame.head > std::int64_t{mtu} + fib::link_header)
      code = BPF_FIB_LKUP_RET_FRAG_NEEDED;
    p.mtu_result = static_cast<std::uint16_t>(mtu);
  }
  std::memcpy(memory.data(), &p, sizeof p);
  return result(code);
}

} // namespace

std::uint64_t fib_lookup(HelperContext& c, const Arguments& a) { return fib_lookup(c, a, false); }

std::uint64_t fib_lookup_tc(HelperContext& c, const Arguments& a) { return fib_lookup(c, a, true); }

} // namespace pw::interp
