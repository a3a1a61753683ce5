#include "sim/interp/frame_helpers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pw::interp {

namespace {

std::int64_t delta_of(const Arguments& a) { return static_cast<std::int32_t>(a[1]); }

constexpr std::uint64_t largest_copy = 0xffff;
constexpr std::int64_t largest_meta = 252; // a byte holds its size, a multiple of 4

} // namespace

// Metadata moves along with the head.
std::uint64_t adjust_head(HelperContext& c, const Arguments& a) {
  Frame& f = c.memory.frame;
  const std::int64_t delta = delta_of(a);
  const std::int64_t meta_size = f.head - f.meta;
  const std::int64_t head = f.head + delta;
  if (head < meta_size - Frame::grow_head || head > f.tail - Frame::shortest)
    return error(-EINVAL);
  if (meta_size != 0) {
    const auto from = c.memory.packet_bytes(f.meta, meta_size);
    std::memmove(c.memory.packet_bytes(f.meta + delta, meta_size).data(), from.data(), from.size());
  }
  f.meta += delta;
  f.head = head;
  return 0;
}

std::uint64_t adjust_tail(HelperContext& c, const Arguments& a) {
  Frame& f = c.memory.frame;
  const std::int64_t tail = f.tail + delta_of(a);
  if (tail > Frame::end_of_page || tail < f.head + Frame::shortest)
    return error(-EINVAL);
  if (tail > f.tail)
    std::ranges::fill(c.memory.packet_bytes(f.tail, tail - f.tail), std::uint8_t{0});
  f.tail = tail;
  return 0;
}

std::uint64_t adjust_meta(HelperContext& c, const Arguments& a) {
  Frame& f = c.memory.frame;
  const std::int64_t meta = f.meta + delta_of(a);
  if (meta < -Frame::grow_head || meta > f.head)
    return error(-EINVAL);
  if ((f.head - meta) % 4 != 0 || f.head - meta > largest_meta)
    return error(-EACCES);
  f.meta = meta;
  return 0;
}

std::uint64_t buffer_length(HelperContext& c, const Arguments&) {
  return static_cast<std::uint64_t>(length_of(c));
}

// Every interface is there and has the MTU of the environment.
std::uint64_t check_mtu(HelperContext& c, const Arguments& a) {
  constexpr std::uint32_t header = Frame::shortest; // of Ethernet: the MTU does not count it
  const auto given = static_cast<std::uint32_t>(c.memory.load(a[2], 4));
  if (a[4] != 0)
    return error(-EINVAL);
  const auto whole = static_cast<std::uint32_t>(buffer_length(c, a));
  const std::uint32_t length =
      (given != 0 ? given + header : whole) + static_cast<std::uint32_t>(a[3]);
  c.memory.store(a[2], 4, c.environment.mtu);
  const bool too_long =
      static_cast<std::int32_t>(length) > static_cast<std::int32_t>(c.environment.mtu + header);
  return too_long ? BPF_MTU_CHK_RET_FRAG_NEEDED : BPF_MTU_CHK_RET_SUCCESS;
}

namespace {

// The part [offset, offset + size) of the frame that load_bytes and store_bytes name, or -errno.
int part_of(HelperContext& c, const Arguments& a, std::span<std::uint8_t>& part) {
  const std::uint64_t offset = static_cast<std::uint32_t>(a[1]);
  const std::uint64_t size = static_cast<std::uint32_t>(a[3]);
  if (offset > largest_copy || size > largest_copy)
    return -EFAULT;
  if (offset + size > buffer_length(c, a))
    return -EINVAL;
  part = c.memory.packet_bytes(c.memory.frame.head + static_cast<std::int64_t>(offset),
                               static_cast<std::int64_t>(size));
  return 0;
}

} // namespace

std::uint64_t load_bytes(HelperContext& c, const Arguments& a) {
  std::span<std::uint8_t> part;
  const auto buffer = c.memory.at(a[2], static_cast<std::uint32_t>(a[3]), true);
  if (const int problem = part_of(c, a, part))
    return error(problem);
  std::memmove(buffer.data(), part.data(), part.size());
  return 0;
}

std::uint64_t store_bytes(HelperContext& c, const Arguments& a) {
  std::span<std::uint8_t> part;
  const auto buffer = c.memory.at(a[2], static_cast<std::uint32_t>(a[3]), false);
  if (const int problem = part_of(c, a, part))
    return error(problem);
  std::memmove(part.data(), buffer.data(), part.size());
  return 0;
}

} // namespace pw::interp
