#include "sim/interp/alu.h"

#include <limits>
#include <stdexcept>

namespace pw::interp {

namespace {

using isa::AluOp;
using isa::Condition;

template <typename T> T signed_divide(T a, T b) {
  if (b == 0)
    return 0;
  return b == -1 ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a)) : a / b;
}

template <typename T> T signed_modulo(T a, T b) {
  if (b == 0)
    return a;
  return b == -1 ? 0 : a % b;
}

// U is std::uint32_t or std::uint64_t, S the signed type of the same width.
template <typename U, typename S> U compute(AluOp op, U a, U b) {
  constexpr unsigned mask = std::numeric_limits<U>::digits - 1;
  switch (op) {
  case AluOp::Add:
    return a + b;
  case AluOp::Sub:
    return a - b;
  case AluOp::Mul:
    return a * b;
  case AluOp::Div:
    return b == 0 ? 0 : a / b;
  case AluOp::Mod:
    return b == 0 ? a : a % b;
  case AluOp::Sdiv:
    return static_cast<U>(signed_divide<S>(static_cast<S>(a), static_cast<S>(b)));
  case AluOp::Smod:
    return static_cast<U>(signed_modulo<S>(static_cast<S>(a), static_cast<S>(b)));
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
    return static_cast<U>(static_cast<S>(a) >> (b & mask));
  case AluOp::Neg:
    return U{0} - a;
  case AluOp::Mov:
    return b;
  }
  throw std::logic_error("unknown ALU operation");
}

std::uint64_t sign_extend(std::uint64_t value, unsigned bits) {
  const unsigned up = 64 - bits;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << up) >> up);
}

template <typename U, typename S> bool compare(Condition condition, U a, U b) {
  switch (condition) {
  case Condition::Always:
    return true;
  case Condition::Eq:
    return a == b;
  case Condition::Ne:
    return a != b;
  case Condition::Gt:
    return a > b;
  case Condition::Ge:
    return a >= b;
  case Condition::Lt:
    return a < b;
  case Condition::Le:
    return a <= b;
  case Condition::Set:
    return (a & b) != 0;
  case Condition::Sgt:
    return static_cast<S>(a) > static_cast<S>(b);
  case Condition::Sge:
    return static_cast<S>(a) >= static_cast<S>(b);
  case Condition::Slt:
    return static_cast<S>(a) < static_cast<S>(b);
  case Condition::Sle:
    return static_cast<S>(a) <= static_cast<S>(b);
  }
  throw std::logic_error("unknown condition");
}

} // namespace

std::uint64_t alu(const isa::Alu& insn, std::uint64_t dst, std::uint64_t src) {
  if (insn.op == AluOp::Mov && insn.movsx != 0)
    src = sign_extend(src, insn.movsx);
  if (insn.is64)
    return compute<std::uint64_t, std::int64_t>(insn.op, dst, src);
  return compute<std::uint32_t, std::int32_t>(insn.op, static_cast<std::uint32_t>(dst),
                                              static_cast<std::uint32_t>(src));
}

std::uint64_t byte_swap(const isa::ByteSwap& insn, std::uint64_t value) {
  const std::uint64_t low = insn.bits == 64 ? value : value & ((1ull << insn.bits) - 1);
  if (insn.kind == isa::ByteSwap::ToLittle)
    return low;
  return __builtin_bswap64(low) >> (64 - insn.bits);
}

bool holds(Condition condition, bool is64, std::uint64_t a, std::uint64_t b) {
  if (is64)
    return compare<std::uint64_t, std::int64_t>(condition, a, b);
  return compare<std::uint32_t, std::int32_t>(condition, static_cast<std::uint32_t>(a),
                                              static_cast<std::uint32_t>(b));
}

std::uint64_t atomic_result(isa::AtomicOp op, std::uint64_t old, std::uint64_t operand) {
  switch (op) {
  case isa::AtomicOp::Add:
    return old + operand;
  case isa::AtomicOp::Or:
    return old | operand;
  case isa::AtomicOp::And:
    return old & operand;
  case isa::AtomicOp::Xor:
    return old ^ operand;
  default:
    return operand;
  }
}

} // namespace pw::interp
