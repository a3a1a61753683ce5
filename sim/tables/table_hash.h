// The hash functions of a table whose keys come and go (support/hash.h, "Tables"): strings of bits
// that can be replaced, and the rows of keys under them by table lookup, one entry a byte of the
// key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pw {

class TableHash {
public:
  TableHash(unsigned key_bytes, unsigned row_bits);
  // Bits of both strings.
  std::size_t string_bits() const { return strings_.size(); }
  // strings()[i] is bit i of SECRET (pw_table_hash).
  void set_strings(std::vector<bool> strings);
  void set_initial_strings();

  struct Value {
    std::uint32_t h0 = 0, h1 = 0, tag = 0; // tag: of the key, whatever the strings are
  };
  Value operator()(const std::uint8_t* key) const {
    Word sum;
    for (unsigned i = 0; i < key_bytes_; ++i) {
      const Word& w = bytes_[i * 256 + key[i]];
      sum.rows ^= w.rows;
      sum.tag ^= w.tag;
    }
    return {std::uint32_t(sum.rows), std::uint32_t(sum.rows >> 32), sum.tag};
  }
  // Row in way `way`.
  std::uint32_t row(const Value& v, unsigned way) const;

private:
  struct Word {
    std::uint64_t rows = 0; // h0, h1 above
    std::uint32_t tag = 0;
  };
  Word of_bit(std::size_t bit) const;
  void build();

  unsigned key_bytes_, row_bits_;
  std::vector<bool> strings_;
  std::vector<Word> bytes_; // [byte of the key][its value]
};

} // namespace pw
