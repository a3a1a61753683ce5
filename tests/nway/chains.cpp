#include "tests/nway/chains.h"

#include "support/hash.h"

#include <algorithm>

namespace pw::nway {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned addresses = 8; // the last byte of one
constexpr std::uint16_t ports[] = {53, 80, 443, 1000, 2000, 4789};

struct Random {
  std::uint64_t state;
  unsigned below(unsigned limit) { return unsigned(splitmix64(state++) % limit); }
  template <typename List> auto of(const List& list) {
    return std::data(list)[below(unsigned(std::size(list)))];
  }
};

Bytes address(std::size_t bytes, unsigned number) {
  Bytes a(bytes);
  a[0] = bytes == 6 ? 2 : bytes == 4 ? 10 : 0xfd;
  a.back() = std::uint8_t(number);
  return a;
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }
void append16(Bytes& to, unsigned x) { append(to, {std::uint8_t(x >> 8), std::uint8_t(x)}); }

Bytes transport(Random& r, unsigned protocol) {
  Bytes out;
  append16(out, r.of(ports));
  append16(out, r.of(ports));
  if (protocol == 6) {
    const unsigned words = r.of(std::vector{5u, 5u, 8u, 15u, 3u});
    append(out, {0, 0, 0, 1, 0, 0, 0, 0, std::uint8_t(words << 4), 16, 1, 0, 0, 0, 0, 0});
    Bytes options(words > 5 ? (words - 5) * 4 : 0, 1);
    if (options.size() >= 12)
      std::ranges::copy(Bytes{8, 10, 0, 0, 0, std::uint8_t(r.below(256))},
                        options.begin() + r.below(3));
    append(out, options);
  } else {
    append16(out, r.of(std::vector{8u, 20u, 300u, 4u}));
    append16(out, 0);
  }
  for (unsigned i = r.below(100); i > 0; --i)
    out.push_back(std::uint8_t(r.below(256)));
  return out;
}

Bytes extension(Random& r, unsigned kind, unsigned next) {
  const unsigned share = r.below(10);
  const unsigned length = share < 6 ? r.below(4) : share < 9 ? r.below(64) : r.below(256);
  Bytes out = {std::uint8_t(next), std::uint8_t(length)};
  const unsigned size = kind == 44 ? 8 : kind == 51 ? 8 + length * 4 : 8 + length * 8;
  while (out.size() < size)
    out.push_back(std::uint8_t(r.below(256)));
  return out;
}

Bytes ipv6(Random& r, unsigned protocol) {
  static constexpr unsigned kinds[] = {0, 60, 43, 44, 51, 135};
  Bytes inside = transport(r, protocol);
  for (unsigned n = r.below(8); n > 0; --n) {
    const unsigned kind = r.of(kinds);
    Bytes header = extension(r, kind, protocol);
    append(header, inside);
    inside = std::move(header);
    protocol = kind;
  }
  Bytes out = {0x60, 0, 0, 0};
  append16(out, unsigned(inside.size()));
  append(out, {std::uint8_t(protocol), 64});
  append(out, address(16, r.below(addresses)));
  append(out, address(16, r.below(addresses)));
  append(out, inside);
  return out;
}

Bytes ipv4(Random& r, unsigned protocol) {
  const unsigned words = r.of(std::vector{5u, 5u, 6u, 15u, 4u});
  Bytes out = {std::uint8_t(0x40 | words), 0, 0, 100, 0, 0, 0, 0, 64, std::uint8_t(protocol), 0, 0};
  append(out, address(4, r.below(addresses)));
  append(out, address(4, r.below(addresses)));
  out.resize(std::max<std::size_t>(out.size(), words * 4));
  append(out, transport(r, protocol));
  return out;
}

} // namespace

std::vector<Packet> chain_packets(unsigned count, std::uint32_t seed, std::size_t longest) {
  Random r{std::uint64_t{seed} << 32};
  std::vector<Packet> packets(count);
  for (Packet& packet : packets) {
    Bytes& bytes = packet.bytes;
    append(bytes, address(6, r.below(addresses)));
    append(bytes, address(6, r.below(addresses)));
    for (unsigned tags = r.below(6); tags > 3; --tags)
      append(bytes, {0x81, 0, 0, 5});
    const bool six = r.below(4) != 0;
    append16(bytes, six ? 0x86dd : 0x0800);
    const unsigned protocol = r.of(std::vector{6u, 17u, 6u, 17u, 59u});
    append(bytes, six ? ipv6(r, protocol) : ipv4(r, protocol));
    if (r.below(8) == 0)
      bytes.resize(14 + r.below(unsigned(bytes.size()) - 13));
    bytes.resize(std::min(bytes.size(), longest));
    packet.time_ns = 1'000'000'000 + std::uint64_t(&packet - packets.data()) * 100;
  }
  return packets;
}

MapState filter_maps(const Object& object, std::uint32_t seed) {
  Random r{std::uint64_t{seed} << 32 | 1};
  MapState state;
  for (const MapDefinition& map : object.maps) {
    auto add = [&](const Bytes& key) {
      Bytes value(map.value_size);
      value[0] = std::uint8_t(1 + r.below(15));
      state[map.name][key] = value;
    };
    if (map.name == "filter_ports")
      for (unsigned i = 0; i < std::size(ports); i += 2)
        add({std::uint8_t(ports[i] >> 8), std::uint8_t(ports[i]), 0, 0});
    else if (map.name.starts_with("filter_"))
      for (unsigned i = 0; i < addresses; i += 2)
        add(address(map.key_size, i));
  }
  return state;
}

} // namespace pw::nway
