// The seven check bits of an instruction word. Bits 44:0 are the instruction, 51:45 the check bits,
// 63:52 zero.
#pragma once

#include <cstdint>

namespace pw::nfp {

inline constexpr unsigned instruction_bits = 45;
inline constexpr unsigned ecc_bits = 7;
inline constexpr std::uint64_t instruction_mask = (std::uint64_t{1} << instruction_bits) - 1;

// The check bits of the instruction in bits 44:0, whatever stands above them.
unsigned ecc_of(std::uint64_t word);
// The instruction with its check bits; what stood above bit 44 is gone.
std::uint64_t with_ecc(std::uint64_t word);

} // namespace pw::nfp
