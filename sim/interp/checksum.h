// bpf_csum_diff of Linux 6.13 and later: the Internet checksum's difference, folded to 16 bits.
#pragma once

#include <cstdint>
#include <span>

namespace pw::interp {

std::uint64_t checksum_difference(std::span<const std::uint8_t> from,
                                  std::span<const std::uint8_t> to, std::uint32_t seed);

} // namespace pw::interp
