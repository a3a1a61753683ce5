#include "sim/interp/checksum.h"

namespace pw::interp {

namespace {

// Sums with end-around carry. Zero comes only from zeros, so the result does not depend on the
// order or the width in which the words are added.
std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t sum = std::uint64_t{a} + b;
  return static_cast<std::uint32_t>(sum + (sum >> 32));
}

std::uint32_t partial(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum = add(sum, static_cast<std::uint32_t>(bytes[i]) << (i % 4 * 8));
  return sum;
}

std::uint32_t fold(std::uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16);
}

} // namespace

std::uint64_t checksum_difference(std::span<const std::uint8_t> from,
                                  std::span<const std::uint8_t> to, std::uint32_t seed) {
  if (!from.empty() && !to.empty())
    return fold(add(partial(to, seed), ~partial(from, 0)));
  if (!to.empty())
    return fold(partial(to, seed));
  if (!from.empty())
    return fold(~partial(from, ~seed));
  return fold(seed);
}

} // namespace pw::interp
