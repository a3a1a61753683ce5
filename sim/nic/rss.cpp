#include "sim/nic/rss.h"

#include <cstring>

namespace pw::nic {

namespace {

constexpr std::array<std::uint8_t, 40> key = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

using ByteTable = std::array<std::array<std::uint32_t, 256>, key.size() - 4>;

// What each value of each byte adds to the hash.
ByteTable make_table() {
  ByteTable table = {};
  for (std::size_t at = 0; at < table.size(); ++at) {
    std::uint64_t window = 0;
    for (std::size_t i = 0; i < 5; ++i)
      window = window << 8 | key[at + i];
    for (unsigned value = 0; value < 256; ++value)
      for (unsigned bit = 0; bit < 8; ++bit)
        if ((value >> (7 - bit) & 1) != 0)
          table[at][value] ^= std::uint32_t(window >> (8 - bit));
  }
  return table;
}

std::uint16_t big16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return at + 2 > bytes.size() ? 0 : std::uint16_t(bytes[at] << 8 | bytes[at + 1]);
}

constexpr bool has_ports(std::uint8_t protocol) { return protocol == 6 || protocol == 17; }

std::uint32_t hash_parts(std::span<const std::uint8_t> addresses,
                         std::span<const std::uint8_t> ports) {
  std::array<std::uint8_t, 36> input;
  std::memcpy(input.data(), addresses.data(), addresses.size());
  if (!ports.empty())
    std::memcpy(input.data() + addresses.size(), ports.data(), ports.size());
  return toeplitz({input.data(), addresses.size() + ports.size()});
}

std::uint32_t hash_ipv4(std::span<const std::uint8_t> ip) {
  if (ip.size() < 20)
    return 0;
  const std::size_t header = std::size_t(ip[0] & 15) * 4;
  const bool fragment = (big16(ip, 6) & 0x3fff) != 0;
  const bool ports = has_ports(ip[9]) && !fragment && header >= 20 && ip.size() >= header + 4;
  return hash_parts(ip.subspan(12, 8), ports ? ip.subspan(header, 4) : ip.first(0));
}

std::uint32_t hash_ipv6(std::span<const std::uint8_t> ip) {
  if (ip.size() < 40)
    return 0;
  const bool ports = has_ports(ip[6]) && ip.size() >= 44;
  return hash_parts(ip.subspan(8, 32), ports ? ip.subspan(40, 4) : ip.first(0));
}

} // namespace

std::uint32_t toeplitz(std::span<const std::uint8_t> bytes) {
  static const ByteTable table = make_table();
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    hash ^= table[i][bytes[i]];
  return hash;
}

std::uint32_t rss_hash(std::span<const std::uint8_t> frame) {
  std::size_t at = 12;
  std::uint16_t type = big16(frame, at);
  for (unsigned tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); ++tags)
    type = big16(frame, at += 4);
  at += 2;
  if (at > frame.size())
    return 0;
  if (type == 0x0800)
    return hash_ipv4(frame.subspan(at));
  return type == 0x86dd ? hash_ipv6(frame.subspan(at)) : 0;
}

} // namespace pw::nic
