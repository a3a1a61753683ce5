#include "sim/interp/skb_checksum.h"

#include <cerrno>
#include <cstring>

namespace pw::interp {

namespace {

std::uint32_t add(std::uint32_t sum, std::uint32_t by) {
  const std::uint64_t wide = std::uint64_t{sum} + by;
  return static_cast<std::uint32_t>(wide + (wide >> 32));
}

// Complemented.
std::uint16_t fold(std::uint32_t sum) {
  sum = (sum >> 16) + (sum & 0xffff);
  sum += sum >> 16;
  return static_cast<std::uint16_t>(~sum);
}

std::uint16_t add16(std::uint16_t sum, std::uint16_t by) {
  const unsigned wide = unsigned{sum} + by;
  return static_cast<std::uint16_t>(wide + (wide >> 16));
}

std::uint16_t replaced(std::uint16_t old, std::uint32_t from, std::uint32_t to) {
  return fold(add(add(~std::uint32_t{old}, ~from), to));
}

// Linux has another way for two bytes of an IP header; the zeros of one's complement differ.
std::uint16_t replaced2(std::uint16_t old, std::uint16_t from, std::uint16_t to) {
  const auto inverted = [](std::uint16_t x) { return static_cast<std::uint16_t>(~x); };
  return inverted(add16(add16(inverted(old), inverted(from)), to));
}

// The two bytes at the offset in r2, or -errno.
int sum_at(HelperContext& c, const Arguments& a, std::span<std::uint8_t>& bytes) {
  const std::int64_t offset = static_cast<std::uint32_t>(a[1]);
  const Frame& f = c.memory.frame;
  if (offset > 0xffff || offset % 2 != 0 || f.head + offset + 2 > f.tail)
    return -EFAULT;
  bytes = c.memory.packet_bytes(f.head + offset, 2);
  return 0;
}

std::uint64_t replace(HelperContext& c, const Arguments& a, bool l4) {
  const std::uint64_t flags = a[4], known = l4 ? 0xff : 0xf;
  std::span<std::uint8_t> bytes;
  if ((flags & ~known) != 0)
    return error(-EINVAL);
  if (const int problem = sum_at(c, a, bytes))
    return error(problem);
  std::uint16_t sum = 0;
  std::memcpy(&sum, bytes.data(), 2);
  const bool mangled = l4 && (flags & BPF_F_MARK_MANGLED_0) != 0;
  if (mangled && (flags & BPF_F_MARK_ENFORCE) == 0 && sum == 0)
    return 0;
  const auto from = static_cast<std::uint32_t>(a[2]), to = static_cast<std::uint32_t>(a[3]);
  const auto from2 = static_cast<std::uint16_t>(from), to2 = static_cast<std::uint16_t>(to);
  switch (flags & BPF_F_HDR_FIELD_MASK) {
  case 0:
    if (a[2] != 0)
      return error(-EINVAL);
    sum = fold(add(to, ~std::uint32_t{sum}));
    break;
  case 2:
    sum = l4 ? replaced(sum, from2, to2) : replaced2(sum, from2, to2);
    break;
  case 4:
    sum = replaced(sum, from, to);
    break;
  default:
    return error(-EINVAL);
  }
  if (mangled && sum == 0)
    sum = 0xffff;
  std::memcpy(bytes.data(), &sum, 2);
  return 0;
}

} // namespace

std::uint64_t l3_csum_replace(HelperContext& c, const Arguments& a) { return replace(c, a, false); }
std::uint64_t l4_csum_replace(HelperContext& c, const Arguments& a) { return replace(c, a, true); }

} // namespace pw::interp
