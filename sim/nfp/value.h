// 32 bits of which some may never have been written, and what the arithmetic makes of such values.
#pragma once

#include "sim/nfp/word.h"

#include <cstdint>

namespace pw::me {

inline constexpr std::uint32_t all_bits = 0xffffffff;

struct Value {
  std::uint32_t bits = 0;
  std::uint32_t defined = 0; // mask of bits that were written

  static Value of(std::uint32_t bits) { return {bits, all_bits}; }
  bool whole() const { return defined == all_bits; }
};

// One byte of what a command transfers.
struct Byte {
  std::uint8_t value = 0;
  bool defined = true;
};

// Logic sets N and Z; only sums give C and V a meaning.
struct Conditions {
  bool n = false, z = false, c = false, v = false;
  bool has_nz = false, has_cv = false;
  bool unset = false; // of a result that has unset bits
};

// Arithmetic and logic on defined operands. C after a difference: no borrow.
struct Sum {
  std::uint32_t bits = 0;
  Conditions conditions;
};

// op as in the word (Class::Alu). carry: the C before. Operations that move bits are `shifted`
// below.
Sum calculate(unsigned op, std::uint32_t left, std::uint32_t right, bool carry);

// Operations for which a result bit depends on the operands' bits of the same place only (B, ~B,
// AND, ~AND, AND~, OR, XOR), with what is defined of it.
enum class Logic : std::uint8_t { Right, NotRight, And, NotAnd, AndNot, Or, Xor };
Value combine(Logic, const Value& left, const Value& right);
Conditions conditions_of(const Value&); // N and Z; unknown if the value is not defined wholly

// right (or left and right) shifted; amount 0..31. Double: low word of {left, right} >> amount.
Value shifted(ShiftMode, const Value& left, const Value& right, unsigned amount);
Value arithmetic_right(const Value&, unsigned amount, bool sign);

bool holds(unsigned condition, const Conditions&); // condition as in the word, 0..11
bool needs_carry(unsigned condition);              // looks at C or V

} // namespace pw::me
