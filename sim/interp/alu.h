// Arithmetic as RFC 9669 defines it: wrap-around, shift amounts modulo the width, x / 0 = 0, x % 0
// = x, MIN / -1 = MIN, MIN % -1 = 0; a 32-bit operation clears the upper half of its result.
#pragma once

#include "frontend/isa/isa.h"

namespace pw::interp {

std::uint64_t alu(const isa::Alu&, std::uint64_t dst, std::uint64_t src);
std::uint64_t byte_swap(const isa::ByteSwap&, std::uint64_t value);
bool holds(isa::Condition, bool is64, std::uint64_t a, std::uint64_t b);
// The value an atomic operation leaves in memory (CmpXchg excepted); only the low `bytes` count.
std::uint64_t atomic_result(isa::AtomicOp, std::uint64_t old, std::uint64_t operand);

} // namespace pw::interp
