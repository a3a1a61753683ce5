#include "sim/maps/bloom.h"

#include "sim/maps/contents.h"

#include <algorithm>
#include <array>

namespace pw {

namespace {

constexpr std::size_t pushed_key_size = 5; // those of words have 4 bytes

// Bob Jenkins' lookup3, as the kernel's jhash.
using Sums = std::array<std::uint32_t, 3>;

void mix(Sums& s) {
  auto& [a, b, c] = s;
  a -= c, a ^= std::rotl(c, 4), c += b;
  b -= a, b ^= std::rotl(a, 6), a += c;
  c -= b, c ^= std::rotl(b, 8), b += a;
  a -= c, a ^= std::rotl(c, 16), c += b;
  b -= a, b ^= std::rotl(a, 19), a += c;
  c -= b, c ^= std::rotl(b, 4), b += a;
}

std::uint32_t last_mix(Sums& s) {
  auto& [a, b, c] = s;
  c ^= b, c -= std::rotl(b, 14);
  a ^= c, a -= std::rotl(c, 11);
  b ^= a, b -= std::rotl(a, 25);
  c ^= b, c -= std::rotl(b, 16);
  a ^= c, a -= std::rotl(c, 4);
  b ^= a, b -= std::rotl(a, 14);
  c ^= b, c -= std::rotl(b, 24);
  return c;
}

std::uint32_t hash(std::span<const std::uint8_t> bytes, std::uint32_t seed) {
  constexpr std::size_t block = 12;
  const std::uint32_t start = 0xdeadbeef + static_cast<std::uint32_t>(bytes.size()) + seed;
  Sums sums{start, start, start};
  for (;; bytes = bytes.subspan(block)) {
    for (std::size_t i = 0; i < std::min(block, bytes.size()); ++i)
      sums[i / 4] += std::uint32_t{bytes[i]} << 8 * (i % 4);
    if (bytes.size() <= block)
      return last_mix(sums);
    mix(sums);
  }
}

std::uint32_t place_of(const MapDefinition& map, std::span<const std::uint8_t> value,
                       unsigned function) {
  return static_cast<std::uint32_t>(hash(value, function) &
                                    (bloom_size(map.max_entries, map.extra) - 1));
}

} // namespace

std::vector<std::uint8_t> pushed_key(std::uint32_t number) {
  std::vector<std::uint8_t> key = place_key(number);
  key.insert(key.begin(), 0xff); // behind all words
  return key;
}

bool is_pushed_key(const std::vector<std::uint8_t>& key) { return key.size() == pushed_key_size; }

std::uint32_t place_of_key(const std::vector<std::uint8_t>& place) {
  return key_index({place.rbegin(), place.rend()});
}

void bloom_push(const MapDefinition& map, std::span<const std::uint8_t> value, MapContents& bits) {
  for (unsigned f = 0; f < bloom_functions(map.extra); ++f) {
    const std::uint32_t at = place_of(map, value, f);
    auto& word = bits[place_key(at / 32)];
    word.resize(4);
    word[at % 32 / 8] |= static_cast<std::uint8_t>(1u << at % 8);
  }
}

bool bloom_holds(const MapDefinition& map, std::span<const std::uint8_t> value,
                 const MapContents& bits) {
  for (unsigned f = 0; f < bloom_functions(map.extra); ++f) {
    const std::uint32_t at = place_of(map, value, f);
    const auto word = bits.find(place_key(at / 32));
    if (word == bits.end() || (word->second[at % 32 / 8] >> at % 8 & 1) == 0)
      return false;
  }
  return true;
}

MapContents bloom_bits(const MapDefinition& map, const MapContents& given) {
  MapContents bits;
  for (const auto& [key, value] : given)
    if (!is_pushed_key(key) && key_index(value) != 0)
      bits.emplace(key, value);
  for (const auto& [key, value] : given)
    if (is_pushed_key(key))
      bloom_push(map, value, bits);
  return bits;
}

} // namespace pw
