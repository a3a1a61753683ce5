#include "sim/traffic/headers.h"

namespace pw::traffic {

namespace {

void append(Bytes& out, std::span<const std::uint8_t> more) {
  out.insert(out.end(), more.begin(), more.end());
}

std::size_t address_size(const Endpoints& ends) { return ends.ipv6 ? 16 : 4; }

// Sum of the pseudo header of TCP, UDP and ICMPv6.
std::uint32_t pseudo_sum(const Endpoints& ends, std::uint8_t protocol, std::size_t length) {
  Bytes pseudo;
  append(pseudo, std::span(ends.source).first(address_size(ends)));
  append(pseudo, std::span(ends.destination).first(address_size(ends)));
  put_big(pseudo, protocol, 2);
  put_big(pseudo, length, 4);
  return static_cast<std::uint16_t>(~internet_checksum(pseudo));
}

Bytes with_checksum(Bytes segment, std::size_t at, const Endpoints& ends, std::uint8_t protocol) {
  set_big16(segment, at, internet_checksum(segment, pseudo_sum(ends, protocol, segment.size())));
  return segment;
}

Bytes ipv4(const Endpoints& ends, std::uint8_t protocol, const Extras& extras, const Bytes& body,
           Random& random) {
  Bytes header;
  const std::size_t length = 20 + extras.ip_options.size();
  put_big(header, 0x40 | length / 4, 1);
  put_big(header, random.below(4) * 8, 1); // DSCP
  put_big(header, length + body.size(), 2);
  put_big(header, random.bits() & 0xffff, 2);
  put_big(header, extras.is_fragment ? extras.fragment : 0x4000, 2);
  put_big(header, random.below(16) == 0 ? 1 : 64, 1);
  put_big(header, protocol, 1);
  put_big(header, 0, 2);
  append(header, std::span(ends.source).first(4));
  append(header, std::span(ends.destination).first(4));
  append(header, extras.ip_options);
  set_big16(header, 10, internet_checksum(header));
  append(header, body);
  return header;
}

// The chain of extension headers and then the body; `protocol` becomes the first header's kind.
Bytes extended(std::uint8_t& protocol, const Extras& extras, const Bytes& body, Random& random) {
  Bytes chain = body;
  if (extras.is_fragment) {
    Bytes header{protocol, 0};
    put_big(header, extras.fragment, 2);
    put_big(header, random.bits() & 0xffffffff, 4);
    append(header, chain);
    chain = header;
    protocol = 44;
  }
  for (auto extension = extras.extensions.rbegin(); extension != extras.extensions.rend();
       ++extension) {
    Bytes header{protocol};
    append(header, std::span(*extension).subspan(1));
    append(header, chain);
    chain = header;
    protocol = extension->front();
  }
  return chain;
}

Bytes ipv6(const Endpoints& ends, std::uint8_t protocol, const Extras& extras, const Bytes& body,
           Random& random) {
  const Bytes chain = extended(protocol, extras, body, random);
  Bytes header;
  put_big(header, 0x60000000u | random.below(1 << 20), 4);
  put_big(header, chain.size(), 2);
  put_big(header, protocol, 1);
  put_big(header, random.below(16) == 0 ? 1 : 64, 1);
  append(header, ends.source);
  append(header, ends.destination);
  append(header, chain);
  return header;
}

Bytes mac_of(const Address& address, bool source) {
  return {0x02,       static_cast<std::uint8_t>(source ? 0x11 : 0x22),
          address[0], address[1],
          address[2], address[3]};
}

} // namespace

void put_big(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;)
    out.push_back(static_cast<std::uint8_t>(value >> (i * 8)));
}

void set_big16(Bytes& bytes, std::size_t at, std::uint16_t value) {
  bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
  bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint32_t start) {
  std::uint64_t sum = start;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8 : bytes[i];
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Bytes tcp(const Endpoints& ends, std::uint8_t flags, const Bytes& options, const Bytes& payload,
          Random& random) {
  Bytes segment;
  put_big(segment, ends.source_port, 2);
  put_big(segment, ends.destination_port, 2);
  put_big(segment, random.bits() & 0xffffffff, 4);
  put_big(segment, random.bits() & 0xffffffff, 4);
  put_big(segment, (20 + options.size()) / 4 << 4, 1);
  put_big(segment, flags, 1);
  put_big(segment, 0xfaf0, 2);
  put_big(segment, 0, 4);
  append(segment, options);
  append(segment, payload);
  return with_checksum(std::move(segment), 16, ends, protocol_tcp);
}

Bytes udp(const Endpoints& ends, const Bytes& payload) {
  Bytes segment;
  put_big(segment, ends.source_port, 2);
  put_big(segment, ends.destination_port, 2);
  put_big(segment, 8 + payload.size(), 2);
  put_big(segment, 0, 2);
  append(segment, payload);
  return with_checksum(std::move(segment), 6, ends, protocol_udp);
}

Bytes icmp_echo(bool v6, const Endpoints& ends, const Bytes& payload, Random& random) {
  Bytes message{static_cast<std::uint8_t>(v6 ? 128 : 8), 0, 0, 0};
  put_big(message, random.bits() & 0xffffffff, 4);
  append(message, payload);
  if (v6)
    return with_checksum(std::move(message), 2, ends, protocol_icmp6);
  set_big16(message, 2, internet_checksum(message));
  return message;
}

Bytes ip(const Endpoints& ends, std::uint8_t protocol, const Extras& extras, const Bytes& body,
         Random& random) {
  return ends.ipv6 ? ipv6(ends, protocol, extras, body, random)
                   : ipv4(ends, protocol, extras, body, random);
}

Bytes gre(std::uint16_t type, const Bytes& body) {
  Bytes packet{0, 0};
  put_big(packet, type, 2);
  append(packet, body);
  return packet;
}

Bytes vxlan(std::uint32_t network, const Bytes& frame) {
  Bytes packet{0x08, 0, 0, 0};
  put_big(packet, network, 3);
  put_big(packet, 0, 1);
  append(packet, frame);
  return packet;
}

Bytes arp(const Endpoints& ends, Random& random) {
  Bytes packet{0, 1, 8, 0, 6, 4, 0, static_cast<std::uint8_t>(1 + random.below(2))};
  append(packet, mac_of(ends.source, true));
  append(packet, std::span(ends.source).first(4));
  append(packet, Bytes(6));
  append(packet, std::span(ends.destination).first(4));
  return packet;
}

Bytes ethernet(const Endpoints& ends, std::span<const std::uint16_t> tags, std::uint16_t type,
               const Bytes& body) {
  Bytes frame = mac_of(ends.destination, false);
  append(frame, mac_of(ends.source, true));
  for (std::size_t i = 0; i < tags.size(); ++i) {
    put_big(frame, i + 1 < tags.size() ? type_qinq : type_vlan, 2);
    put_big(frame, tags[i], 2);
  }
  put_big(frame, type, 2);
  append(frame, body);
  return frame;
}

} // namespace pw::traffic
