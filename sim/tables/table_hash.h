// The hash functions of a table whose keys come and go (support/hash.h, "Tables"), by table lookup,
// one entry a byte of the key. The bits that mix the key can be replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pw {

class TableHash {
public:
  // At most 20 bits.
  TableHash(unsigned key_bytes, unsigned row_bits);
  // As input `mix` of pw_table_hash: 2 bits for each bit of the key; all zero after construction.
  std::size_t mix_bits() const { return mix_.size(); }
  void set_mix(std::vector<bool> mix);

  struct Value {
    std::uint32_t h0 = 0, h1 = 0, tag = 0; // tag: 24 bits of the key, whatever `mix` is
  };
  Value operator()(const std::uint8_t* key) const {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < key_bytes_; ++i)
      sum ^= bytes_[i * 256 + key[i]];
    constexpr std::uint32_t rows = (1u << hash_bits) - 1;
    return {std::uint32_t(sum) & rows, std::uint32_t(sum >> hash_bits) & rows,
            std::uint32_t(sum >> (2 * hash_bits))};
  }
  // Row in way `way`.
  std::uint32_t row(const Value& v, unsigned way) const;

private:
  static constexpr unsigned hash_bits = 20; // of h0 and h1 in a word, tag above
  std::uint64_t of_mixed_bit(std::size_t bit) const;
  std::uint64_t of_bit(std::size_t bit) const;
  void build();

  unsigned key_bytes_, row_bits_;
  std::vector<bool> mix_;
  std::vector<std::uint64_t> bytes_; // [byte of the key][its value]
};

} // namespace pw
