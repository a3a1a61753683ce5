#include "tests/nway/routes/random_routes.h"

#include "support/fib.h"

#include <linux/bpf.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace pw::nway {
namespace {

constexpr std::uint32_t first_link = 2, last_link = 5;

class Generator {
public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  unsigned below(unsigned n) { return unsigned(random_() % n); }
  bool percent(unsigned p) { return below(100) < p; }

  // 10.NET.0.HOST, 2001:db8:NET::HOST
  static IpAddress address(bool v6, unsigned net, unsigned host) {
    IpAddress a;
    a.v6 = v6;
    if (v6)
      a.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, std::uint8_t(net), 0, 0, 0, 0,
                 0,    0,    0,    0,    0, std::uint8_t(host)};
    else
      a.bytes = {10, std::uint8_t(net), 0, std::uint8_t(host)};
    return a;
  }

  static Prefix prefix(IpAddress a, unsigned length) {
    for (unsigned bit = length; bit < a.bits(); ++bit)
      a.bytes[bit / 8] &= std::uint8_t(~(0x80 >> bit % 8));
    return {a, length};
  }

  Routes make() {
    add_links();
    for (const bool v6 : {false, true}) {
      for (std::uint32_t i = first_link; i < last_link; ++i)
        connect(v6, i);
      for (unsigned n = 5 + below(30); n > 0; --n)
        add_random(v6);
    }
    return routes_;
  }

private:
  void add_links() {
    Routes::Link lo;
    lo.ifindex = 1;
    lo.name = "lo";
    lo.up = lo.loopback = true;
    lo.mtu = 65536;
    lo.forwards = {percent(80), percent(80)};
    routes_.links.push_back(lo);
    constexpr std::uint32_t mtus[] = {1500, 1400, 9000, 1280};
    for (std::uint32_t i = first_link; i <= last_link; ++i) {
      Routes::Link link;
      link.ifindex = i;
      link.name = "eth" + std::to_string(i);
      link.up = i != last_link; // the last one is down
      link.ethernet = true;
      link.mac = {2, 0, 0, std::uint8_t(below(256)), std::uint8_t(below(256)), std::uint8_t(i)};
      link.mtu = i == first_link ? 1500 : mtus[below(4)];
      link.forwards = {percent(85), percent(85)};
      routes_.links.push_back(link);
    }
  }

  void connect(bool v6, std::uint32_t link) {
    add({.to = prefix(address(v6, link, 0), v6 ? 64 : 16),
         .type = RTN_UNICAST,
         .ifindex = link,
         .metric = v6 ? 256u : 0u});
    add({.to = prefix(address(v6, link, 1), v6 ? 128 : 32),
         .type = RTN_LOCAL,
         .local = true,
         .ifindex = link});
    if (!v6)
      add({.to = prefix(address(v6, link, 255), 32),
           .type = RTN_BROADCAST,
           .local = true,
           .ifindex = link});
    for (unsigned host = 2; host < 10; ++host)
      if (percent(60))
        routes_.neighbours.push_back(
            {address(v6, link, host),
             link,
             {2, 0xaa, 0, std::uint8_t(v6), std::uint8_t(link), std::uint8_t(host)}});
  }

  void add_random(bool v6) {
    static constexpr unsigned types[] = {RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW};
    Routes::Route r;
    IpAddress to = address(v6, below(8), below(12));
    for (unsigned byte = v6 ? 6 : 2; byte < (v6 ? 15u : 3u); ++byte)
      to.bytes[byte] = percent(30) ? std::uint8_t(below(4)) : 0;
    r.to = prefix(to, percent(5) ? 0 : v6 ? 24 + below(105) : 8 + below(25));
    r.metric = v6 ? 1 + below(4) * 100 : below(4) * 10;
    const std::uint32_t link = first_link + below(last_link - first_link);
    if (percent(20)) {
      r.type = types[below(4)];
    } else if (percent(8)) {
      r.type = RTN_LOCAL;
      r.local = true;
      r.ifindex = 1;
      r.metric = 0;
    } else {
      r.type = RTN_UNICAST;
      r.ifindex = link;
      if (percent(70))
        r.gateway = address(v6, link, 2 + below(8));
      if (percent(10))
        r.mtu = 1280 + below(300);
    }
    add(r);
  }

  // Linux takes a gateway of IPv6 only if the route to it leads to the same interface.
  static bool hides_gateway(const Routes::Route& r) {
    for (std::uint32_t link = first_link; link < last_link; ++link)
      for (unsigned host = 2; host < 10; ++host)
        if (const IpAddress a = address(true, link, host);
            r.to.length >= 64 && r.type == RTN_UNICAST && r.metric != 256 &&
            r.to.covers({a, a.bits()}))
          return true;
    return false;
  }

  // Nobody is the host's own address and a neighbour; one route a prefix, metric and table.
  void add(const Routes::Route& r) {
    const auto clash = [&](const Routes::Route& other) {
      return other.to == r.to && other.local == r.local && other.metric == r.metric;
    };
    const bool covers_gateways =
        r.local && r.ifindex == 1 && r.to.address.bytes[r.to.address.v6 ? 5 : 1] < last_link;
    if (!covers_gateways && !hides_gateway(r) && std::ranges::none_of(routes_.routes, clash))
      routes_.routes.push_back(r);
  }

  std::mt19937 random_;
  Routes routes_;
};

void put(std::vector<std::uint8_t>& bytes, std::size_t at, const void* data, std::size_t size) {
  std::memcpy(bytes.data() + at, data, size);
}

IpAddress near(Generator& g, const Routes& routes, bool v6) {
  const Routes::Route& r = routes.routes[g.below(unsigned(routes.routes.size()))];
  IpAddress a = g.percent(60) && r.to.address.v6 == v6
                    ? r.to.address
                    : Generator::address(v6, g.below(8), g.below(12));
  if (g.percent(50))
    a.bytes[v6 ? 15 : 3] = std::uint8_t(g.below(12));
  if (g.percent(20))
    a.bytes[v6 ? 7 + g.below(8) : 2] ^= std::uint8_t(g.below(4));
  if (g.percent(3))
    a.bytes = v6 ? std::array<std::uint8_t, 16>{0xfe, std::uint8_t(0x80 + g.below(128)), 1}
                 : std::array<std::uint8_t, 16>{224, 0, 0, 5};
  if (v6 && g.percent(3))
    a.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, std::uint8_t(g.below(2))};
  return a;
}

} // namespace

Routes random_routes(std::uint32_t seed) { return Generator(seed).make(); }

std::vector<Packet> questions(const Routes& routes, unsigned count, std::uint32_t seed) {
  constexpr std::size_t header = 14, whole = header + fib::params::bytes + 16;
  Generator g(seed ^ 0x5eed);
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i) {
    Packet p;
    p.time_ns = 1'000'000ull * i;
    p.bytes.resize(g.percent(15) ? whole + 1260 + g.below(300) : whole);
    for (auto& byte : p.bytes)
      byte = std::uint8_t(g.below(256));
    p.bytes[12] = p.bytes[13] = 0x88; // neither IPv4 nor IPv6
    const bool v6 = g.percent(50);
    bpf_fib_lookup q{};
    std::memcpy(&q, p.bytes.data() + header, sizeof q);
    q.family = std::uint8_t(g.percent(97) ? (v6 ? 10 : 2) : g.below(256));
    q.tot_len = std::uint16_t(g.percent(30)   ? 0
                              : g.percent(50) ? g.below(1300)
                                              : 1250 + g.below(300));
    q.ifindex = g.percent(95) ? 1 + g.below(5) : g.below(10);
    const IpAddress to = near(g, routes, v6), from = near(g, routes, v6);
    std::memcpy(&q.ipv4_dst, to.bytes.data(), to.bits() / 8);
    std::memcpy(&q.ipv4_src, from.bytes.data(), from.bits() / 8);
    put(p.bytes, header, &q, sizeof q);
    const std::uint64_t flags = g.percent(95) ? g.below(8) : g.below(256);
    put(p.bytes, header + sizeof q, &flags, sizeof flags);
    packets.push_back(std::move(p));
  }
  return packets;
}

} // namespace pw::nway
