#include "sim/traffic/malform.h"

#include <algorithm>
#include <array>

namespace pw::traffic {

namespace {

void set(Bytes& frame, std::size_t at, std::uint8_t value) {
  if (at < frame.size())
    frame[at] = value;
}

void cut(Bytes& frame, std::size_t, Random& random) {
  frame.resize(random.below(static_cast<std::uint32_t>(frame.size())));
}

// Somewhere in the headers, where bound checks are.
void cut_headers(Bytes& frame, std::size_t, Random& random) {
  frame.resize(std::min<std::size_t>(frame.size(), 14 + random.below(60)));
}

void short_frame(Bytes& frame, std::size_t, Random& random) { frame.resize(random.below(15)); }

void wrong_version(Bytes& frame, std::size_t l3, Random& random) {
  if (l3 < frame.size())
    frame[l3] = static_cast<std::uint8_t>(random.below(16) << 4 | (frame[l3] & 15));
}

void wrong_header_length(Bytes& frame, std::size_t l3, Random& random) {
  if (l3 < frame.size())
    frame[l3] = static_cast<std::uint8_t>((frame[l3] & 0xf0) | random.below(16));
}

void wrong_length(Bytes& frame, std::size_t l3, Random& random) {
  const bool v6 = l3 < frame.size() && frame[l3] >> 4 == 6;
  const std::size_t at = l3 + (v6 ? 4 : 2);
  constexpr std::array<std::uint16_t, 5> lengths = {0, 1, 19, 40, 0xffff};
  const std::uint16_t length = random.below(2) == 0 ? lengths[random.below(lengths.size())]
                                                    : static_cast<std::uint16_t>(random.bits());
  set(frame, at, static_cast<std::uint8_t>(length >> 8));
  set(frame, at + 1, static_cast<std::uint8_t>(length));
}

void wrong_protocol(Bytes& frame, std::size_t l3, Random& random) {
  const bool v6 = l3 < frame.size() && frame[l3] >> 4 == 6;
  set(frame, l3 + (v6 ? 6 : 9), static_cast<std::uint8_t>(random.bits()));
}

void wrong_transport(Bytes& frame, std::size_t l3, Random& random) {
  set(frame, l3 + 20 + random.below(20), static_cast<std::uint8_t>(random.bits()));
}

void flipped_bytes(Bytes& frame, std::size_t, Random& random) {
  for (std::uint32_t n = 1 + random.below(4); n > 0 && !frame.empty(); --n)
    frame[random.below(static_cast<std::uint32_t>(std::min<std::size_t>(frame.size(), 80)))] =
        static_cast<std::uint8_t>(random.bits());
}

void garbage(Bytes& frame, std::size_t, Random& random) {
  for (std::size_t i = 12; i < frame.size(); ++i)
    frame[i] = static_cast<std::uint8_t>(random.bits());
}

constexpr std::array<void (*)(Bytes&, std::size_t, Random&), 10> ways = {
    cut,          cut_headers,    short_frame,     wrong_version, wrong_header_length,
    wrong_length, wrong_protocol, wrong_transport, flipped_bytes, garbage};

} // namespace

void malform(Bytes& frame, std::size_t l3, Random& random) {
  if (!frame.empty())
    ways[random.below(ways.size())](frame, l3, random);
}

} // namespace pw::traffic
