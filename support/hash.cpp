#include "support/hash.h"

namespace pw {

std::uint32_t h3_row(unsigned way, unsigned row_bits, std::span<const std::uint8_t> key) {
  std::uint32_t row = 0;
  for (unsigned out = 0; out < row_bits; ++out) {
    unsigned parity = 0;
    for (std::size_t bit = 0; bit < key.size() * 8; ++bit)
      if ((key[bit / 8] >> (bit % 8) & 1) && h3_bit(way, out, bit))
        parity ^= 1;
    row |= parity << out;
  }
  return row;
}

} // namespace pw
