// The host's routes, neighbours and interfaces, which bpf_fib_lookup sees, and the tables in
// hardware that are made of them (support/fib.h). What can't be shown by such tables (several next
// hops, policy rules, encapsulation, ...) is refused.
#pragma once

#include "sim/engine.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw {

struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{}; // network order; IPv4: the first four
  unsigned bits() const { return v6 ? 128 : 32; }
  auto operator<=>(const IpAddress&) const = default;
};

struct Prefix {
  IpAddress address; // zeros behind the length
  unsigned length = 0;
  bool covers(const Prefix& other) const;
  auto operator<=>(const Prefix&) const = default;
};

struct Routes {
  struct Link {
    std::uint32_t ifindex = 0;
    std::string name;
    bool up = false, loopback = false, ethernet = false;
    std::array<std::uint8_t, 6> mac{};
    std::uint32_t mtu = 1500;
    std::array<bool, 2> forwards{};         // IPv4, IPv6
    std::array<bool, 2> ignores_linkdown{}; // likewise: routes without a carrier don't count
  };
  struct Route {
    Prefix to;
    unsigned type = 0;         // RTN_*
    bool local = false;        // in table local; else main
    std::uint32_t ifindex = 0; // 0: none (blackholes, ...)
    std::optional<IpAddress> gateway;
    std::uint32_t metric = 0;
    std::optional<std::uint32_t> mtu; // locked
  };
  struct Neighbour { // whose address is known
    IpAddress address;
    std::uint32_t ifindex = 0;
    std::array<std::uint8_t, 6> mac{};
  };

  std::vector<Link> links;
  std::vector<Route> routes;
  std::vector<Neighbour> neighbours;

  const Link* link(std::uint32_t ifindex) const;
};

// What `ip -j address`, `ip -j -4 route show table all`, `ip -j -6 route show table all`, `ip -j
// neighbour`, `ip -j netconf` and `ip -j rule` print, one behind the other in any order. Throws
// Failure (PW-IN-30x) with all that is wrong.
Routes parse_routes(const std::string& text, const std::string& source);
Routes read_routes(const std::string& path);

// Contents of the tables of an object whose programs look up routes; empty for others. Without
// EngineInput::routes there is the ingress interface and nothing else, and it forwards nothing.
// Throws Failure PW-IN-305: no such ingress interface; PW-IN-306: too many entries.
MapState route_tables(const EngineInput&);

} // namespace pw
