// What a comparison tells of its operands.
#include "frontend/verify/scalar.h"

#include <algorithm>
#include <limits>

namespace pw::verify {
namespace {

using isa::Condition;

Condition negated(Condition c) {
  switch (c) {
  case Condition::Eq:
    return Condition::Ne;
  case Condition::Ne:
    return Condition::Eq;
  case Condition::Gt:
    return Condition::Le;
  case Condition::Ge:
    return Condition::Lt;
  case Condition::Lt:
    return Condition::Ge;
  case Condition::Le:
    return Condition::Gt;
  case Condition::Sgt:
    return Condition::Sle;
  case Condition::Sge:
    return Condition::Slt;
  case Condition::Slt:
    return Condition::Sge;
  case Condition::Sle:
    return Condition::Sgt;
  default:
    return c;
  }
}

// a < b (strict) or a <= b over T; false if it can't be.
template <class T> bool less(T& a_min, T& a_max, T& b_min, T& b_max, bool strict) {
  if (strict && (b_max == std::numeric_limits<T>::min() || a_min == std::numeric_limits<T>::max()))
    return false;
  a_max = std::min<T>(a_max, strict ? b_max - 1 : b_max);
  b_min = std::max<T>(b_min, strict ? a_min + 1 : a_min);
  return a_min <= a_max && b_min <= b_max;
}

template <class I> bool equal(I& a, I& b) {
  a.umin = b.umin = std::max(a.umin, b.umin);
  a.umax = b.umax = std::min(a.umax, b.umax);
  a.smin = b.smin = std::max(a.smin, b.smin);
  a.smax = b.smax = std::min(a.smax, b.smax);
  return !a.empty();
}

// A constant at the end of an interval is cut off.
template <class I> bool exclude(I& a, const I& b) {
  if (b.umin == b.umax) {
    if (a.umin == a.umax && a.umin == b.umin)
      return false;
    a.umin += a.umin == b.umin;
    a.umax -= a.umax == b.umin;
  }
  if (b.smin == b.smax) {
    if (a.smin == a.smax && a.smin == b.smin)
      return false;
    a.smin += a.smin == b.smin;
    a.smax -= a.smax == b.smin;
  }
  return !a.empty();
}

template <class I> bool order(Condition c, I& a, I& b) {
  switch (c) {
  case Condition::Eq:
    return equal(a, b);
  case Condition::Ne:
    return exclude(a, b) && exclude(b, a);
  case Condition::Lt:
    return less(a.umin, a.umax, b.umin, b.umax, true);
  case Condition::Le:
    return less(a.umin, a.umax, b.umin, b.umax, false);
  case Condition::Gt:
    return less(b.umin, b.umax, a.umin, a.umax, true);
  case Condition::Ge:
    return less(b.umin, b.umax, a.umin, a.umax, false);
  case Condition::Slt:
    return less(a.smin, a.smax, b.smin, b.smax, true);
  case Condition::Sle:
    return less(a.smin, a.smax, b.smin, b.smax, false);
  case Condition::Sgt:
    return less(b.smin, b.smax, a.smin, a.smax, true);
  case Condition::Sge:
    return less(b.smin, b.smax, a.smin, a.smax, false);
  default:
    return true;
  }
}

bool contradict(KnownBits a, KnownBits b) { return ((a.value ^ b.value) & ~a.mask & ~b.mask) != 0; }

bool assume_equal_bits(bool is64, Scalar& a, Scalar& b) {
  KnownBits x = a.bits, y = b.bits;
  if (!is64) {
    x.mask |= ~std::uint64_t{0xffffffff}, x.value &= 0xffffffff;
    y.mask |= ~std::uint64_t{0xffffffff}, y.value &= 0xffffffff;
  }
  if (contradict(x, y))
    return false;
  a.bits = meet(a.bits, y);
  b.bits = meet(b.bits, x);
  return true;
}

// a & b != 0 (truth) or == 0; b a constant tells of a.
bool assume_set(bool is64, bool truth, Scalar& a, const Scalar& b) {
  const std::uint64_t width = is64 ? ~std::uint64_t{0} : 0xffffffff;
  const std::uint64_t may = (a.bits.value | a.bits.mask) & (b.bits.value | b.bits.mask) & width;
  const std::uint64_t sure = a.bits.value & b.bits.value & width;
  if (truth)
    return may != 0;
  if (sure != 0)
    return false;
  if (b.is_constant())
    a.bits.mask &= ~(b.value() & width);
  return true;
}

} // namespace

bool assume(Condition c, bool is64, bool truth, Scalar& a, Scalar& b) {
  if (c == Condition::Set) {
    if (!assume_set(is64, truth, a, b))
      return false;
  } else if (c != Condition::Always) {
    const Condition holds = truth ? c : negated(c);
    if (is64 ? !order(holds, a.all, b.all) : !order(holds, a.low, b.low))
      return false;
    if (is64 && holds == Condition::Eq && !equal(a.low, b.low))
      return false;
    if (holds == Condition::Eq && !assume_equal_bits(is64, a, b))
      return false;
    if (holds == Condition::Ne && is64 && a.is_constant() && b.is_constant() && a == b)
      return false;
  }
  a.sync();
  b.sync();
  return !a.empty() && !b.empty();
}

} // namespace pw::verify
