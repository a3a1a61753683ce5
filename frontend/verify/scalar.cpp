#include "frontend/verify/scalar.h"

#include <algorithm>
#include <bit>

namespace pw::verify {

KnownBits join(KnownBits a, KnownBits b) {
  const std::uint64_t unknown = a.mask | b.mask | (a.value ^ b.value);
  return {a.value & ~unknown, unknown};
}

KnownBits meet(KnownBits a, KnownBits b) {
  const std::uint64_t unknown = a.mask & b.mask;
  return {(a.value | b.value) & ~unknown, unknown};
}

namespace {

// All values of [min, max] share the bits above the highest one in which the ends differ.
KnownBits bits_of_range(std::uint64_t min, std::uint64_t max) {
  const std::uint64_t differ = min ^ max;
  if (differ == 0)
    return {min, 0};
  const unsigned width = std::bit_width(differ);
  const std::uint64_t mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  return {min & ~mask, mask};
}

// Unsigned and signed views inform each other where the sign is known.
template <class U, class S> void cross_signs(Interval<U, S>& r) {
  if (S(r.umin) <= S(r.umax)) { // the unsigned range does not cross the sign border
    r.smin = std::max(r.smin, S(r.umin));
    r.smax = std::min(r.smax, S(r.umax));
  }
  if (U(r.smin) <= U(r.smax)) {
    r.umin = std::max(r.umin, U(r.smin));
    r.umax = std::min(r.umax, U(r.smax));
  }
}

template <class U, class S> void from_bits(Interval<U, S>& r, U value, U mask) {
  r.umin = std::max(r.umin, value);
  r.umax = std::min(r.umax, U(value | mask));
  const U sign = U{1} << (sizeof(U) * 8 - 1);
  r.smin = std::max(r.smin, S(value | (mask & sign)));
  r.smax = std::min(r.smax, S(value | (mask & ~sign)));
}

void low_from_all(Scalar& s) {
  if (s.all.umin >> 32 == s.all.umax >> 32) {
    s.low.umin = std::max(s.low.umin, std::uint32_t(s.all.umin));
    s.low.umax = std::min(s.low.umax, std::uint32_t(s.all.umax));
  }
  if (s.all.smin >= INT32_MIN && s.all.smax <= INT32_MAX) {
    s.low.smin = std::max(s.low.smin, std::int32_t(s.all.smin));
    s.low.smax = std::min(s.low.smax, std::int32_t(s.all.smax));
  }
}

void all_from_low(Scalar& s) {
  if (s.all.umin >> 32 != s.all.umax >> 32)
    return;
  const std::uint64_t high = s.all.umin & ~std::uint64_t{0xffffffff};
  s.all.umin = std::max(s.all.umin, high | s.low.umin);
  s.all.umax = std::min(s.all.umax, high | s.low.umax);
}

} // namespace

void Scalar::sync() {
  for (int round = 0; round < 2 && !empty(); ++round) {
    from_bits(all, bits.value, bits.mask);
    from_bits(low, std::uint32_t(bits.value), std::uint32_t(bits.mask));
    cross_signs(all);
    low_from_all(*this);
    cross_signs(low);
    all_from_low(*this);
    cross_signs(all);
    if (empty())
      return;
    bits = meet(bits, bits_of_range(all.umin, all.umax));
    KnownBits below = bits_of_range(low.umin, low.umax);
    below.mask |= ~std::uint64_t{0xffffffff};
    below.value &= 0xffffffff;
    bits = meet(bits, below);
  }
}

Scalar Scalar::constant(std::uint64_t v) {
  Scalar s;
  s.bits = {v, 0};
  s.all = {v, v, std::int64_t(v), std::int64_t(v)};
  const auto l = std::uint32_t(v);
  s.low = {l, l, std::int32_t(l), std::int32_t(l)};
  return s;
}

Scalar Scalar::unsigned_range(std::uint64_t min, std::uint64_t max) {
  Scalar s;
  s.all.umin = min;
  s.all.umax = max;
  s.sync();
  return s;
}

Scalar Scalar::signed_range(std::int64_t min, std::int64_t max) {
  Scalar s;
  s.all.smin = min;
  s.all.smax = max;
  s.sync();
  return s;
}

namespace {
template <class I> I join_intervals(const I& a, const I& b) {
  return {std::min(a.umin, b.umin), std::max(a.umax, b.umax), std::min(a.smin, b.smin),
          std::max(a.smax, b.smax)};
}
template <class I> bool interval_includes(const I& a, const I& b) {
  return a.umin <= b.umin && a.umax >= b.umax && a.smin <= b.smin && a.smax >= b.smax;
}
} // namespace

Scalar join(const Scalar& a, const Scalar& b) {
  if (a == b)
    return a;
  Scalar s;
  s.bits = join(a.bits, b.bits);
  s.all = join_intervals(a.all, b.all);
  s.low = join_intervals(a.low, b.low);
  return s;
}

bool includes(const Scalar& outer, const Scalar& inner) {
  const bool bits = (inner.bits.mask & ~outer.bits.mask) == 0 &&
                    ((inner.bits.value ^ outer.bits.value) & ~outer.bits.mask) == 0;
  return bits && interval_includes(outer.all, inner.all) && interval_includes(outer.low, inner.low);
}

std::string to_string(const Scalar& s) {
  if (s.is_constant())
    return std::to_string(std::int64_t(s.value()));
  if (s.all.smin < 0)
    return "[" + std::to_string(s.all.smin) + ", " + std::to_string(s.all.smax) + "]";
  return "[" + std::to_string(s.all.umin) + ", " + std::to_string(s.all.umax) + "]";
}

} // namespace pw::verify
