#include "sim/nfp/value.h"

#include <bit>
#include <stdexcept>

namespace pw::me {

namespace {

constexpr unsigned top = 31;

Sum add(std::uint32_t a, std::uint32_t b, bool carry) {
  const std::uint64_t wide = std::uint64_t{a} + b + (carry ? 1 : 0);
  Sum out;
  out.bits = static_cast<std::uint32_t>(wide);
  out.conditions = conditions_of(Value::of(out.bits));
  out.conditions.c = (wide >> 32) != 0;
  out.conditions.v = ((~(a ^ b) & (a ^ out.bits)) >> top) != 0;
  out.conditions.has_cv = true;
  return out;
}

// Number of the lowest bit that is set; Z where there is none.
Sum first_set(std::uint32_t right) {
  Sum out;
  out.bits = right == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(right));
  out.conditions = {.z = right == 0, .has_nz = true};
  return out;
}

} // namespace

Sum calculate(unsigned op, std::uint32_t left, std::uint32_t right, bool carry) {
  switch (op) {
  case 0x01:
    return add(left, right, false);
  case 0x11:
    return add(left, right, carry);
  case 0x15:
    return add(left, ~right, true);
  case 0x0d:
    return add(left, ~right, carry);
  case 0x19:
    return add(right, ~left, true);
  case 0x0e:
    return first_set(right);
  default:
    throw std::logic_error("not an arithmetic operation");
  }
}

Value combine(Logic logic, const Value& l, const Value& r) {
  const std::uint32_t both = l.defined & r.defined;
  const std::uint32_t l0 = l.defined & ~l.bits, l1 = l.defined & l.bits;
  const std::uint32_t r0 = r.defined & ~r.bits, r1 = r.defined & r.bits;
  switch (logic) {
  case Logic::Right:
    return r;
  case Logic::NotRight:
    return {~r.bits, r.defined};
  case Logic::And:
    return {l.bits & r.bits, both | l0 | r0};
  case Logic::NotAnd:
    return {~l.bits & r.bits, both | l1 | r0};
  case Logic::AndNot:
    return {l.bits & ~r.bits, both | l0 | r1};
  case Logic::Or:
    return {l.bits | r.bits, both | l1 | r1};
  case Logic::Xor:
    return {l.bits ^ r.bits, both};
  }
  throw std::logic_error("not a logic operation");
}

Conditions conditions_of(const Value& v) {
  Conditions out;
  out.has_nz = v.whole();
  out.unset = !v.whole();
  out.n = (v.bits >> top) != 0;
  out.z = v.bits == 0;
  return out;
}

Value shifted(ShiftMode mode, const Value& left, const Value& right, unsigned amount) {
  const int n = static_cast<int>(amount);
  const auto pair = [n](std::uint32_t high, std::uint32_t low) {
    return static_cast<std::uint32_t>((std::uint64_t{high} << 32 | low) >> n);
  };
  switch (mode) {
  case ShiftMode::Rotate:
    return {std::rotr(right.bits, n), std::rotr(right.defined, n)};
  case ShiftMode::Right:
    return {pair(0, right.bits), pair(all_bits, right.defined)};
  case ShiftMode::Left:
    return {right.bits << n, ~(~right.defined << n)};
  case ShiftMode::Double:
    return {pair(left.bits, right.bits), pair(left.defined, right.defined)};
  }
  throw std::logic_error("not a shift");
}

Value arithmetic_right(const Value& v, unsigned amount, bool sign) {
  Value out = shifted(ShiftMode::Right, {}, v, amount);
  if (sign && amount != 0)
    out.bits |= ~(all_bits >> amount);
  return out;
}

bool needs_carry(unsigned condition) { return condition >= 4; }

bool holds(unsigned condition, const Conditions& f) {
  switch (condition) {
  case 0:
    return f.z;
  case 1:
    return !f.z;
  case 2:
    return f.n;
  case 3:
    return !f.n;
  case 4:
    return f.c;
  case 5:
    return !f.c;
  case 6:
    return f.v;
  case 7:
    return !f.v;
  case 8:
    return f.n == f.v;
  case 9:
    return f.n != f.v;
  case 10:
    return f.z || f.n != f.v;
  case 11:
    return !f.z && f.n == f.v;
  default:
    throw std::logic_error("not a condition");
  }
}

} // namespace pw::me
