#include "sim/tables/table_hash.h"

#include "support/hash.h"

#include <bit>

namespace pw {

TableHash::TableHash(unsigned key_bytes, unsigned row_bits)
    : key_bytes_(key_bytes), row_bits_(row_bits), mix_(16 * std::size_t(key_bytes)) {
  build();
}

void TableHash::set_mix(std::vector<bool> mix) {
  mix_ = std::move(mix);
  build();
}

std::uint64_t TableHash::of_mixed_bit(std::size_t bit) const {
  const std::size_t key_bits = 8 * std::size_t(key_bytes_);
  return table_column(0, bit, key_bits, row_bits_) |
         std::uint64_t{table_column(1, bit, key_bits, row_bits_)} << hash_bits;
}

// A bit of the key takes part in its own mixed bit and, if `mix` says so, in two others.
std::uint64_t TableHash::of_bit(std::size_t bit) const {
  const std::size_t bits = mix_.size() / 2, near = (bit + bits - table_mix_near(bits)) % bits,
                    far = (bit + bits - table_mix_far(bits)) % bits;
  std::uint64_t word = of_mixed_bit(bit);
  if (mix_[near])
    word ^= of_mixed_bit(near);
  if (mix_[bits + far])
    word ^= of_mixed_bit(far);
  return word | splitmix64(bit) << (2 * hash_bits);
}

// Each value is one with a bit less, and that bit.
void TableHash::build() {
  bytes_.assign(std::size_t(key_bytes_) * 256, 0);
  for (std::size_t byte = 0; byte < key_bytes_; ++byte) {
    std::uint64_t* words = &bytes_[byte * 256];
    for (unsigned b = 0; b < 8; ++b)
      words[1u << b] = of_bit(8 * byte + b);
    for (unsigned value = 1; value < 256; ++value)
      if (!std::has_single_bit(value))
        words[value] = words[value & (value - 1)] ^ words[value & -value];
  }
}

std::uint32_t TableHash::row(const Value& v, unsigned way) const {
  if (way == 0)
    return v.h0;
  std::uint32_t turned = v.h1;
  for (unsigned w = 2; w < way; ++w)
    turned = table_step(turned, row_bits_);
  return way == 1 ? turned : v.h0 ^ turned;
}

} // namespace pw
