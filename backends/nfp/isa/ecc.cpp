#include "backends/nfp/isa/ecc.h"

#include <array>
#include <bit>

namespace pw::nfp {
namespace {

// Check bit i is the parity of the instruction's bits in mask i.
constexpr std::array<std::uint64_t, ecc_bits> parity_masks = {
    0x0ff8'0000'7fff, 0x11f8'01ff'801f, 0x1e38'7e07'81e1, 0x17cb'8e38'8e22,
    0x1af5'b2c9'3244, 0x1f56'd552'5488, 0x0daf'69a4'6910,
};

} // namespace

unsigned ecc_of(std::uint64_t word) {
  unsigned bits = 0;
  for (unsigned i = 0; i < ecc_bits; ++i)
    bits |= unsigned(std::popcount(word & parity_masks[i]) & 1) << i;
  return bits;
}

std::uint64_t with_ecc(std::uint64_t word) {
  return (word & instruction_mask) | std::uint64_t{ecc_of(word)} << instruction_bits;
}

} // namespace pw::nfp
