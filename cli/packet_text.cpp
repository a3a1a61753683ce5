#include "cli/packet_text.h"

#include <arpa/inet.h>

#include <cstdio>

namespace pw::cli {

namespace {

using Bytes = std::span<const std::uint8_t>;

unsigned u16(Bytes b, std::size_t at) { return (unsigned(b[at]) << 8) | b[at + 1]; }

std::string hex(unsigned value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%04x", value);
  return text;
}

std::string address(int family, Bytes b, std::size_t at) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, b.data() + at, text, sizeof text) == nullptr ? "?" : text;
}

std::string protocol(unsigned number) {
  switch (number) {
  case 1:
    return "ICMP";
  case 2:
    return "IGMP";
  case 4:
    return "IPIP";
  case 6:
    return "TCP";
  case 17:
    return "UDP";
  case 41:
    return "IPv6";
  case 47:
    return "GRE";
  case 58:
    return "ICMPv6";
  default:
    return "protocol " + std::to_string(number);
  }
}

// "TCP a:p > b:q", or without ports where there are none.
std::string flow(Bytes b, const std::string& version, unsigned number, const std::string& from,
                 const std::string& to, std::size_t transport) {
  const bool ports = (number == 6 || number == 17) && b.size() >= transport + 4;
  const auto end = [&](const std::string& host, std::size_t at) {
    const std::string shown = ports && version == "IPv6" ? "[" + host + "]" : host;
    return ports ? shown + ":" + std::to_string(u16(b, at)) : shown;
  };
  return version + " " + protocol(number) + " " + end(from, transport) + " > " +
         end(to, transport + 2);
}

std::string ipv4(Bytes b, std::size_t at) {
  if (b.size() < at + 20)
    return "IPv4, cut short";
  const std::size_t header = (b[at] & 15u) * 4u;
  const bool first = (u16(b, at + 6) & 0x1fff) == 0;
  return flow(b, "IPv4", b[at + 9], address(AF_INET, b, at + 12), address(AF_INET, b, at + 16),
              first ? at + header : b.size());
}

std::string ipv6(Bytes b, std::size_t at) {
  if (b.size() < at + 40)
    return "IPv6, cut short";
  return flow(b, "IPv6", b[at + 6], address(AF_INET6, b, at + 8), address(AF_INET6, b, at + 24),
              at + 40);
}

} // namespace

std::string packet_text(Bytes b) {
  if (b.size() < 14)
    return "shorter than an Ethernet header";
  std::string tags;
  std::size_t at = 12;
  while ((u16(b, at) == 0x8100 || u16(b, at) == 0x88a8) && b.size() >= at + 6) {
    tags += "VLAN " + std::to_string(u16(b, at + 2) & 0xfff) + " ";
    at += 4;
  }
  const unsigned type = u16(b, at);
  switch (type) {
  case 0x0800:
    return tags + ipv4(b, at + 2);
  case 0x86dd:
    return tags + ipv6(b, at + 2);
  case 0x0806:
    return tags + "ARP";
  default:
    return tags + (type < 1536 ? "LLC" : "EtherType " + hex(type));
  }
}

} // namespace pw::cli
