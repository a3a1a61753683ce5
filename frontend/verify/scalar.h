// What is known of a 64-bit scalar: which bits are fixed, and intervals of its unsigned and signed
// value, of all 64 bits and of the lower 32. All four views describe the same set of values; sync()
// lets each learn from the others.
#pragma once

#include "frontend/isa/isa.h"

#include <cstdint>
#include <limits>
#include <string>

namespace pw::verify {

// A bit is unknown if it is set in mask, else it is as in value.
struct KnownBits {
  std::uint64_t value = 0, mask = ~std::uint64_t{0};
  bool operator==(const KnownBits&) const = default;
};
KnownBits join(KnownBits, KnownBits);
KnownBits meet(KnownBits, KnownBits); // no sense if they contradict each other

template <class U, class S> struct Interval {
  U umin = 0, umax = std::numeric_limits<U>::max();
  S smin = std::numeric_limits<S>::min(), smax = std::numeric_limits<S>::max();
  bool operator==(const Interval&) const = default;
  bool empty() const { return umin > umax || smin > smax; }
};
using Interval64 = Interval<std::uint64_t, std::int64_t>;
using Interval32 = Interval<std::uint32_t, std::int32_t>;

struct Scalar {
  KnownBits bits;
  Interval64 all;
  Interval32 low;

  static Scalar constant(std::uint64_t);
  static Scalar unsigned_range(std::uint64_t min, std::uint64_t max);
  static Scalar signed_range(std::int64_t min, std::int64_t max);
  bool is_constant() const { return bits.mask == 0; }
  bool is(std::uint64_t v) const { return is_constant() && bits.value == v; }
  std::uint64_t value() const { return bits.value; }
  bool empty() const { return all.empty() || low.empty() || (bits.value & bits.mask); }
  bool fits_u32() const { return all.umax <= std::numeric_limits<std::uint32_t>::max(); }
  void sync();
  bool operator==(const Scalar&) const = default;
};

Scalar join(const Scalar&, const Scalar&);
bool includes(const Scalar& outer, const Scalar& inner);
std::string to_string(const Scalar&); // "7", "[0, 255]"

// The result of an instruction; 32-bit operations zero-extend.
Scalar apply(isa::AluOp, bool is64, const Scalar&, const Scalar&);
Scalar apply(const isa::ByteSwap&, const Scalar&);
Scalar zero_extend(const Scalar&, unsigned bits);
Scalar sign_extend(const Scalar&, unsigned bits);
Scalar bytes_of(const Scalar&, unsigned first, unsigned count); // little-endian bytes of a value

// Narrows both to what holds when `a condition b` is true (or false). False if that can't be.
bool assume(isa::Condition, bool is64, bool truth, Scalar& a, Scalar& b);

} // namespace pw::verify
