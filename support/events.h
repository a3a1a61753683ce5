// Rules of perf event arrays and ring buffers that every engine follows. The consumer takes all
// that is there after each packet (docs/design.md, section 1).
#pragma once

#include <cstdint>

namespace pw {

// Slots of a perf event array that asks for one a CPU (max_entries 0). Each slot has a buffer of
// the CPU of its number.
inline constexpr std::uint32_t perf_cpus = 128;
constexpr std::uint32_t perf_slots(std::uint32_t max_entries) {
  return max_entries == 0 ? perf_cpus : max_entries;
}

// Bytes that a record of `size` takes in a ring buffer: a header, and rounded up to 8.
constexpr std::uint64_t ring_bytes(std::uint64_t size) { return (size + 8 + 7) / 8 * 8; }

// Is there room for a record in a ring buffer of `ring` bytes of which `used` are taken?
constexpr bool ring_takes(std::uint64_t ring, std::uint64_t used, std::uint64_t size) {
  return size <= 0xffffffffu / 4 && used + ring_bytes(size) < ring;
}

} // namespace pw
