// The hash functions of the hardware hash tables: H3 (Carter and Wegman 1979, "Universal classes of
// hash functions"): each bit of the row is the parity of a pseudo-random subset of the key's bits,
// which costs one XOR tree. The host software, the model and the emitted Verilog all take the
// subsets from here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pw {

constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

// Does key bit `bit` (bit 0 = least significant bit of the key's first byte) take part in bit `out`
// of the row index of way `way`?
constexpr bool h3_bit(unsigned way, unsigned out, std::size_t bit) {
  return (splitmix64((std::uint64_t(way) << 48) ^ (std::uint64_t(out) << 32) ^ bit) & 1) != 0;
}

// Row of `key` in way `way` of a table with 2^row_bits rows.
std::uint32_t h3_row(unsigned way, unsigned row_bits, std::span<const std::uint8_t> key);

} // namespace pw
