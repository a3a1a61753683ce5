// How large Linux makes a Bloom filter (kernel/bpf/bloom_filter.c). Its random seed is 0 in every
// engine (BPF_F_ZERO_SEED), so that all find the same values that nobody has put in.
#pragma once

#include <bit>
#include <cstdint>

namespace pw {

// extra: the map_extra of its definition.
constexpr unsigned bloom_functions(std::uint64_t extra) {
  constexpr unsigned usual = 5;
  return extra == 0 ? usual : unsigned(extra & 15);
}

// Bits: as many as 7 / 5 (for 1 / ln 2) a value and function, rounded up to a power of two.
constexpr std::uint64_t bloom_size(std::uint32_t max_entries, std::uint64_t extra) {
  constexpr std::uint64_t most = std::uint64_t{1} << 32;
  const std::uint64_t each = std::uint64_t{max_entries} * bloom_functions(extra);
  const std::uint64_t bits = each / 5 * 7;
  if (each >= most || bits >= most || bits > most / 2)
    return most;
  return bits <= 64 ? 64 : std::bit_ceil(bits);
}

constexpr std::uint32_t bloom_words(std::uint32_t max_entries, std::uint64_t extra) {
  return std::uint32_t(bloom_size(max_entries, extra) / 32);
}

} // namespace pw
