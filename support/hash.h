// The hash functions of the hardware hash tables: H3 (Carter and Wegman 1979, "Universal classes of
// hash functions"): each bit of the row is the parity of a pseudo-random subset of the key's bits,
// which costs one XOR tree. The host software, the model and the emitted Verilog all take the
// subsets from here.
#pragma once

#include <array>
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

// Tables whose keys come and go with packets (pw_table) must be able to change their hash functions
// while they run, with few registers and little logic. First the key is mixed: bit j becomes its
// sum with bit j + table_mix_near (modulo the key's bits) if bit j of `mix` is set, and with bit
// j + table_mix_far if bit (key bits + j) of `mix` is set; after reset none is. Then a wide key is
// folded: each bit of the mixed key is added to three of few bits, so that what follows is narrow
// (table_folded_bits, table_folds). Bit `out` of h_f (f = 0, 1) is the parity of the folded key
// under bits [out, out + folded bits) of a string (a Toeplitz matrix). The rows of the ways: h0,
// h1, and for w >= 2 h0 ^ M^(w-2) h1, where M is table_step(). So the rows of any two ways tell h0
// and h1.
constexpr std::size_t table_mix_near(std::size_t key_bits) { return key_bits / 3 + 1; }
constexpr std::size_t table_mix_far(std::size_t key_bits) { return key_bits / 2 + 1; }

// The bits that a mixed key is folded to; as many as it has: it isn't.
constexpr std::size_t table_folded_bits(std::size_t key_bits, unsigned row_bits) {
  return key_bits > 8 * row_bits ? 4 * row_bits : key_bits;
}

// Which ones bit `bit` is added to; two that are the same one cancel. Of many such numbers those
// whose sums best tell keys apart that differ in a field or in two (by the ranks of their rows).
constexpr std::array<std::size_t, 3> table_folds(std::size_t bit, std::size_t folded_bits) {
  const std::size_t turn = bit / folded_bits;
  return {bit % folded_bits, (2 * bit + 15 * turn + 11) % folded_bits,
          (27 * bit + 14 * turn + 11) % folded_bits};
}

// Of 30,000 numbers the one whose functions best tell keys apart that differ in few bits side by
// side (sequential numbers), by the rank of the rows of such bits.
inline constexpr std::uint64_t table_salt = 22684;

// Bit `bit` of the string of function `function`. Parameter SECRET of pw_table has that of function
// 1 behind (above) that of function 0, folded bits + row_bits bits each.
constexpr bool table_secret_bit(unsigned function, std::size_t bit) {
  return (splitmix64(((table_salt + function) << 48) ^ bit) >> 17 & 1) != 0;
}

// What bit `bit` of the mixed key adds to h_function.
constexpr std::uint32_t table_column(unsigned function, std::size_t bit, std::size_t key_bits,
                                     unsigned row_bits) {
  const std::size_t folded = table_folded_bits(key_bits, row_bits);
  std::uint32_t column = 0;
  for (unsigned out = 0; out < row_bits; ++out)
    if (folded == key_bits)
      column |= std::uint32_t{table_secret_bit(function, bit + out)} << out;
    else
      for (const std::size_t fold : table_folds(bit, folded))
        column ^= std::uint32_t{table_secret_bit(function, fold + out)} << out;
  return column;
}

// Multiplication by x modulo x^row_bits + x + 1 over GF(2).
constexpr std::uint32_t table_step(std::uint32_t h, unsigned row_bits) {
  if (row_bits == 1)
    return h;
  const std::uint32_t top = h >> (row_bits - 1);
  return ((h << 1) & ((1u << row_bits) - 1)) ^ (top ? 3 : 0);
}

} // namespace pw
