// What a program can observe besides its packet and its maps. Every engine sees it alike
// (docs/design.md, section 1): time is constant within a packet, random numbers are a function of
// (seed, packet, number of the call within that packet), one CPU.
#pragma once

#include "support/skb.h"

#include <array>
#include <cstdint>

namespace pw {

struct Environment {
  std::uint32_t ifindex = 1; // ctx->ingress_ifindex
  std::uint32_t rx_queue = 0;
  std::uint32_t egress = 1; // ctx->egress_ifindex: where a program of a devmap stands
  std::uint32_t cpu = 0;
  std::uint32_t seed = 1;
  std::uint32_t mtu = 1500; // of every interface: each index is one
  enum class Time {
    Capture,
    Cycles
  } time = Time::Capture; // ktime: the capture's time stamp, or index * 4 ns
  struct Skb {            // of every packet of a tc program, by SkbField
    std::array<std::uint64_t, skb_input_count> value{};
    bool random = false; // numbers of their own for each packet instead (skb_input)
  } skb;
  // Of the ingress interface: tells whom a frame is for.
  std::array<std::uint8_t, 6> mac{2, 0, 0, 0, 0, 1};
};

// bpf_jiffies64 follows the same clock: a jiffy is 4 ms (CONFIG_HZ=250), counted from time 0.
inline constexpr std::uint64_t jiffy_ns = 4'000'000;
constexpr std::uint64_t jiffies_at(std::uint64_t time_ns) { return time_ns / jiffy_ns; }

// A 32-bit random number made of additions, rotations and exclusive-ors only, so that hardware gets
// it in a few LUT levels. frontend/lift emits the same steps as LLVM IR, so keep the two alike
// (tests/frontend/lift checks it).
constexpr std::uint32_t rotate_left(std::uint32_t x, unsigned n) {
  return (x << n) | (x >> (32 - n));
}

constexpr std::uint32_t random_u32(std::uint32_t seed, std::uint32_t packet, std::uint32_t call) {
  std::uint32_t a = seed ^ 0x9e3779b9u;
  std::uint32_t b = packet + 0x7f4a7c15u;
  std::uint32_t c = call ^ 0x85ebca6bu;
  for (unsigned round = 0; round < 3; ++round) {
    a = (a + b) ^ rotate_left(c, 7);
    b = (b + c) ^ rotate_left(a, 11);
    c = (c + a) ^ rotate_left(b, 19);
  }
  return c;
}

// What comes with a packet in the first fields of SkbField.
constexpr std::uint64_t skb_input(const Environment& e, std::uint32_t packet, unsigned field) {
  if (!e.skb.random)
    return e.skb.value[field];
  const std::uint64_t low = random_u32(~e.seed, packet, 2 * field);
  return skb_fields[field].bits <= 32
             ? low
             : low | std::uint64_t{random_u32(~e.seed, packet, 2 * field + 1)} << 32;
}

} // namespace pw
