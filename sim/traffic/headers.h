// Headers of packets, outermost last: each function puts one around a body.
#pragma once

#include "sim/traffic/random.h"

#include <array>
#include <span>
#include <vector>

namespace pw::traffic {

using Bytes = std::vector<std::uint8_t>;
using Address = std::array<std::uint8_t, 16>; // IPv4 in the first four bytes

inline constexpr std::uint8_t protocol_icmp = 1, protocol_ipip = 4, protocol_tcp = 6,
                              protocol_udp = 17, protocol_ipv6 = 41, protocol_gre = 47,
                              protocol_icmp6 = 58;
inline constexpr std::uint16_t type_ipv4 = 0x0800, type_arp = 0x0806, type_vlan = 0x8100,
                               type_qinq = 0x88a8, type_ipv6 = 0x86dd;

struct Endpoints {
  bool ipv6 = false;
  Address source{}, destination{};
  std::uint16_t source_port = 0, destination_port = 0;
};

struct Extras {
  Bytes ip_options;              // IPv4: a multiple of 4, at most 40
  std::vector<Bytes> extensions; // IPv6: kind, then the header from its length byte on
  std::uint16_t fragment =
      0; // IPv4: flags and offset as they stand in the header; IPv6: offset and M
  bool is_fragment = false;
};

void put_big(Bytes&, std::uint64_t value, unsigned bytes);
void set_big16(Bytes&, std::size_t at, std::uint16_t value);
std::uint16_t internet_checksum(std::span<const std::uint8_t>, std::uint32_t start = 0);

Bytes tcp(const Endpoints&, std::uint8_t flags, const Bytes& options, const Bytes& payload,
          Random&);
Bytes udp(const Endpoints&, const Bytes& payload);
Bytes icmp_echo(bool ipv6, const Endpoints&, const Bytes& payload, Random&);
// IPv4 or IPv6 as the endpoints say.
Bytes ip(const Endpoints&, std::uint8_t protocol, const Extras&, const Bytes& body, Random&);
Bytes gre(std::uint16_t type, const Bytes& body);
Bytes vxlan(std::uint32_t network, const Bytes& frame);
Bytes arp(const Endpoints&, Random&);
// tags: VLAN identifiers, outermost first; two or more: the outer ones are 802.1ad.
Bytes ethernet(const Endpoints&, std::span<const std::uint16_t> tags, std::uint16_t type,
               const Bytes& body);

} // namespace pw::traffic
