#include "sim/tables/table_hash.h"

#include "support/hash.h"

#include <bit>

namespace pw {

TableHash::TableHash(unsigned key_bytes, unsigned row_bits)
    : key_bytes_(key_bytes), row_bits_(row_bits), strings_(2 * (8 * key_bytes + row_bits)) {
  set_initial_strings();
}

void TableHash::set_strings(std::vector<bool> strings) {
  strings_ = std::move(strings);
  build();
}

void TableHash::set_initial_strings() {
  const std::size_t half = strings_.size() / 2;
  for (std::size_t i = 0; i < strings_.size(); ++i)
    strings_[i] = table_secret_bit(i < half ? 0 : 1, i < half ? i : i - half);
  build();
}

TableHash::Word TableHash::of_bit(std::size_t bit) const {
  const std::size_t half = strings_.size() / 2;
  Word w;
  for (unsigned o = 0; o < row_bits_; ++o) {
    w.rows |= std::uint64_t(strings_[bit + o]) << o;
    w.rows |= std::uint64_t(strings_[half + bit + o]) << (32 + o);
  }
  w.tag = std::uint32_t(splitmix64(bit));
  return w;
}

// Each value is one with a bit less, and that bit.
void TableHash::build() {
  bytes_.assign(std::size_t(key_bytes_) * 256, {});
  for (std::size_t byte = 0; byte < key_bytes_; ++byte) {
    Word bits[8];
    for (unsigned b = 0; b < 8; ++b)
      bits[b] = of_bit(8 * byte + b);
    Word* words = &bytes_[byte * 256];
    for (unsigned value = 1; value < 256; ++value) {
      const Word &rest = words[value & (value - 1)], &lowest = bits[std::countr_zero(value)];
      words[value] = {rest.rows ^ lowest.rows, rest.tag ^ lowest.tag};
    }
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
