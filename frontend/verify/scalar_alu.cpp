// Arithmetic on sets of values. Each operation gives known bits and an interval; sync() then
// combines them.
#include "frontend/verify/scalar.h"

#include <algorithm>
#include <bit>

namespace pw::verify {
namespace {

using isa::AluOp;

KnownBits add_bits(KnownBits a, KnownBits b) {
  // A bit of the sum is unknown where an operand's is, or where the carries into it differ between
  // the smallest and the largest sum.
  const std::uint64_t smallest = a.value + b.value;
  const std::uint64_t largest = (a.value | a.mask) + (b.value | b.mask);
  const std::uint64_t unknown = (smallest ^ largest) | a.mask | b.mask;
  return {smallest & ~unknown, unknown};
}

KnownBits sub_bits(KnownBits a, KnownBits b) {
  const std::uint64_t largest = (a.value | a.mask) - b.value;
  const std::uint64_t smallest = a.value - (b.value | b.mask);
  const std::uint64_t unknown = (smallest ^ largest) | a.mask | b.mask;
  return {(a.value - b.value) & ~unknown, unknown};
}

KnownBits and_bits(KnownBits a, KnownBits b) {
  const std::uint64_t may_a = a.value | a.mask, may_b = b.value | b.mask;
  const std::uint64_t sure = a.value & b.value;
  return {sure, may_a & may_b & ~sure};
}

KnownBits or_bits(KnownBits a, KnownBits b) {
  const std::uint64_t sure = a.value | b.value;
  return {sure, (a.mask | b.mask) & ~sure};
}

KnownBits xor_bits(KnownBits a, KnownBits b) {
  const std::uint64_t unknown = a.mask | b.mask;
  return {(a.value ^ b.value) & ~unknown, unknown};
}

// Only trailing zeros of products are tracked: enough for alignment.
KnownBits mul_bits(KnownBits a, KnownBits b) {
  const auto zeros = [](KnownBits k) { return std::countr_zero(k.value | k.mask); };
  const unsigned n = std::min(64, zeros(a) + zeros(b));
  return n == 64 ? KnownBits{0, 0} : KnownBits{0, ~std::uint64_t{0} << n};
}

template <class U, class S> Interval<U, S> add(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  U ulow, uhigh;
  if (!__builtin_add_overflow(a.umin, b.umin, &ulow) &&
      !__builtin_add_overflow(a.umax, b.umax, &uhigh))
    r.umin = ulow, r.umax = uhigh;
  S slow, shigh;
  if (!__builtin_add_overflow(a.smin, b.smin, &slow) &&
      !__builtin_add_overflow(a.smax, b.smax, &shigh))
    r.smin = slow, r.smax = shigh;
  return r;
}

template <class U, class S> Interval<U, S> sub(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  if (a.umin >= b.umax)
    r.umin = a.umin - b.umax, r.umax = a.umax - b.umin;
  S slow, shigh;
  if (!__builtin_sub_overflow(a.smin, b.smax, &slow) &&
      !__builtin_sub_overflow(a.smax, b.smin, &shigh))
    r.smin = slow, r.smax = shigh;
  return r;
}

template <class U, class S> Interval<U, S> mul(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  U high;
  if (!__builtin_mul_overflow(a.umax, b.umax, &high))
    r.umin = a.umin * b.umin, r.umax = high;
  return r;
}

template <class U, class S> Interval<U, S> and_(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  r.umax = std::min(a.umax, b.umax);
  return r;
}

template <class U, class S> Interval<U, S> or_(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  r.umin = std::max(a.umin, b.umin);
  return r;
}

// b = 0 gives 0.
template <class U, class S> Interval<U, S> div(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  r.umin = b.umin == 0 ? 0 : a.umin / b.umax;
  r.umax = a.umax / std::max<U>(b.umin, 1);
  return r;
}

// b = 0 gives a.
template <class U, class S> Interval<U, S> mod(Interval<U, S> a, Interval<U, S> b) {
  Interval<U, S> r;
  r.umax = b.umin == 0 ? a.umax : std::min<U>(a.umax, b.umax - 1);
  return r;
}

template <class U, class S> Interval<U, S> shift_left(Interval<U, S> a, Interval<U, S> by) {
  constexpr unsigned width = sizeof(U) * 8;
  Interval<U, S> r;
  if (by.umax < width && (a.umax << by.umax) >> by.umax == a.umax)
    r.umin = a.umin << by.umin, r.umax = a.umax << by.umax;
  return r;
}

template <class U, class S> Interval<U, S> shift_right(Interval<U, S> a, Interval<U, S> by) {
  Interval<U, S> r;
  r.umax = a.umax;
  if (by.umax < sizeof(U) * 8)
    r.umin = a.umin >> by.umax, r.umax = a.umax >> by.umin;
  return r;
}

template <class U, class S> Interval<U, S> shift_arith(Interval<U, S> a, Interval<U, S> by) {
  Interval<U, S> r;
  if (by.umax >= sizeof(U) * 8)
    return r;
  r.smin = std::min(S(a.smin >> by.umin), S(a.smin >> by.umax));
  r.smax = std::max(S(a.smax >> by.umin), S(a.smax >> by.umax));
  return r;
}

template <class U, class S> Interval<U, S> interval(AluOp op, Interval<U, S> a, Interval<U, S> b) {
  switch (op) {
  case AluOp::Add:
    return add(a, b);
  case AluOp::Sub:
    return sub(a, b);
  case AluOp::Mul:
    return mul(a, b);
  case AluOp::And:
    return and_(a, b);
  case AluOp::Or:
    return or_(a, b);
  case AluOp::Div:
    return div(a, b);
  case AluOp::Mod:
    return mod(a, b);
  case AluOp::Lsh:
    return shift_left(a, b);
  case AluOp::Rsh:
    return shift_right(a, b);
  case AluOp::Arsh:
    return shift_arith(a, b);
  case AluOp::Mov:
    return b;
  default:
    return {};
  }
}

KnownBits shift_bits(AluOp op, KnownBits a, unsigned by, unsigned width) {
  const std::uint64_t ones = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  const auto arith = [&](std::uint64_t x) {
    return std::uint64_t(std::int64_t(x << (64 - width)) >> (64 - width) >> by) & ones;
  };
  switch (op) {
  case AluOp::Lsh:
    return {(a.value << by) & ones, (a.mask << by) & ones};
  case AluOp::Rsh:
    return {(a.value & ones) >> by, (a.mask & ones) >> by};
  default:
    return {arith(a.value) & ~arith(a.mask), arith(a.mask)};
  }
}

KnownBits known_bits(AluOp op, unsigned width, const Scalar& a, const Scalar& b) {
  switch (op) {
  case AluOp::Add:
    return add_bits(a.bits, b.bits);
  case AluOp::Sub:
    return sub_bits(a.bits, b.bits);
  case AluOp::Mul:
    return mul_bits(a.bits, b.bits);
  case AluOp::And:
    return and_bits(a.bits, b.bits);
  case AluOp::Or:
    return or_bits(a.bits, b.bits);
  case AluOp::Xor:
    return xor_bits(a.bits, b.bits);
  case AluOp::Mov:
    return b.bits;
  case AluOp::Lsh:
  case AluOp::Rsh:
  case AluOp::Arsh:
    if (b.is_constant())
      return shift_bits(op, a.bits, b.value() & (width - 1), width);
    return {};
  default:
    return {};
  }
}

template <class U, class S> U constant_result(AluOp op, U a, U b) {
  constexpr unsigned mask = sizeof(U) * 8 - 1;
  const S sa = S(a), sb = S(b);
  const bool overflow = sb == -1;
  switch (op) {
  case AluOp::Add:
    return a + b;
  case AluOp::Sub:
    return a - b;
  case AluOp::Mul:
    return a * b;
  case AluOp::Div:
    return b ? a / b : 0;
  case AluOp::Mod:
    return b ? a % b : a;
  case AluOp::Sdiv:
    return !b ? 0 : overflow ? U(0) - a : U(sa / sb);
  case AluOp::Smod:
    return !b ? a : overflow ? 0 : U(sa % sb);
  case AluOp::Or:
    return a | b;
  case AluOp::And:
    return a & b;
  case AluOp::Xor:
    return a ^ b;
  case AluOp::Lsh:
    return a << (b & mask);
  case AluOp::Rsh:
    return a >> (b & mask);
  case AluOp::Arsh:
    return U(sa >> (b & mask));
  case AluOp::Neg:
    return U(0) - a;
  case AluOp::Mov:
    return b;
  }
  return 0;
}

// The amount of a shift counts modulo the width.
Scalar shift_amount(const Scalar& b, unsigned width) {
  return apply(AluOp::And, true, b, Scalar::constant(width - 1));
}

bool is_shift(AluOp op) { return op == AluOp::Lsh || op == AluOp::Rsh || op == AluOp::Arsh; }

} // namespace

Scalar zero_extend(const Scalar& s, unsigned bits) {
  if (bits >= 64)
    return s;
  Scalar r;
  const std::uint64_t ones = (std::uint64_t{1} << bits) - 1;
  r.bits = {s.bits.value & ones, s.bits.mask & ones};
  r.all.umax = ones;
  if (s.all.umax <= ones)
    r.all.umin = s.all.umin, r.all.umax = s.all.umax;
  if (bits == 32)
    r.low = s.low;
  r.sync();
  return r;
}

Scalar sign_extend(const Scalar& s, unsigned bits) {
  const Scalar amount = Scalar::constant(64 - bits);
  if (s.is_constant())
    return apply(AluOp::Arsh, true, apply(AluOp::Lsh, true, s, amount), amount);
  Scalar r;
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  r.all.smin = -half;
  r.all.smax = half - 1;
  if (bits == 32)
    r.all.smin = s.low.smin, r.all.smax = s.low.smax;
  else if (s.all.smin >= -half && s.all.smax < half)
    r.all.smin = s.all.smin, r.all.smax = s.all.smax;
  r.bits = shift_bits(AluOp::Arsh, shift_bits(AluOp::Lsh, s.bits, 64 - bits, 64), 64 - bits, 64);
  r.sync();
  return r;
}

Scalar bytes_of(const Scalar& s, unsigned first, unsigned count) {
  return zero_extend(apply(AluOp::Rsh, true, s, Scalar::constant(8 * first)), 8 * count);
}

Scalar apply(AluOp op, bool is64, const Scalar& a, const Scalar& b) {
  if (a.is_constant() && b.is_constant()) {
    if (is64)
      return Scalar::constant(
          constant_result<std::uint64_t, std::int64_t>(op, a.value(), b.value()));
    return Scalar::constant(constant_result<std::uint32_t, std::int32_t>(op, a.value(), b.value()));
  }
  const unsigned width = is64 ? 64 : 32;
  if (is_shift(op) && b.all.umax >= width)
    return apply(op, is64, a, shift_amount(b, width));
  if (op == AluOp::Neg)
    return apply(AluOp::Sub, is64, Scalar::constant(0), a);
  Scalar r;
  r.bits = known_bits(op, width, a, b);
  if (is64) {
    r.all = interval(op, a.all, b.all);
    if (!is_shift(op) && op != AluOp::Div && op != AluOp::Mod)
      r.low = interval(op, a.low, b.low);
    r.sync();
    return r;
  }
  r.low = interval(op, a.low, b.low);
  return zero_extend(r, 32);
}

Scalar apply(const isa::ByteSwap& swap, const Scalar& s) {
  if (swap.kind == isa::ByteSwap::ToLittle)
    return zero_extend(s, swap.bits);
  const auto reverse = [&](std::uint64_t x) { return __builtin_bswap64(x) >> (64 - swap.bits); };
  Scalar r;
  r.bits = {reverse(s.bits.value), reverse(s.bits.mask)};
  r.sync();
  return r;
}

} // namespace pw::verify
