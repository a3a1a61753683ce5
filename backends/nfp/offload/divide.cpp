// Division and modulo without sign. The card divides 32 bits by a constant (by a multiplication
// with its reciprocal); everything else is made of that or of long division:
//
//   a / b, both of 32 bits   a loop of 32 rounds (of as many as a has bits):
//                            a <<= 1; if a >= b << 32: a -= b << 32, a += 1
//                            So the remainder grows in the upper half of a, the quotient in its
//                            lower half
//   a / b of 64 bits         the same in two registers, 64 rounds
//   a % b                    a - (a / b) * b for constants, else the remainder of the long division
//
// As eBPF defines it, a / 0 = 0 and a % 0 = a.
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/types.h"

namespace pw::nfp::offload {
namespace {

using namespace isa;

constexpr std::uint64_t high_bit32 = std::uint64_t{1} << 31;

struct Division {
  Site& site;
  Register dst;
  bool remainder;
  Sequence& code() const { return site.code; }

  // a / 0 and a % 0 for a divisor in d; goes on behind it if it is not 0.
  void by_zero(Register d, Sequence::Label end) const {
    if (remainder)
      return code().jump_imm(true, BPF_JEQ, d, 0, end);
    const auto not_zero = code().label();
    code().jump_imm(true, BPF_JNE, d, 0, not_zero);
    code().set(dst, 0);
    code().jump(end);
    code().place(not_zero);
  }

  // The quotient is 0 or 1, since the divisor's highest bit is set.
  void by_large(Register d) const {
    const auto end = code().label(), smaller = code().label();
    code().jump_reg(true, BPF_JLT, dst, d, smaller);
    remainder ? code().alu(true, BPF_SUB, dst, d) : code().set(dst, 1);
    code().jump(end);
    code().place(smaller);
    if (!remainder)
      code().set(dst, 0);
    code().place(end);
  }

  template <class Round> void rounds(unsigned count, Round round) const {
    const Register helper = site.scratch(), left = site.scratch();
    const auto again = code().label();
    code().set(left, count);
    code().place(again);
    round(helper);
    code().alu_imm(true, BPF_SUB, left, 1);
    code().jump_imm(true, BPF_JNE, left, 0, again);
  }

  // r -= d, and a one to the quotient in q; but if d doesn't fit, r as it was and a zero. Without a
  // branch, since Linux looks at each way, and all rounds together have too many. r < 2 d and
  // d < 2^63, so that the difference has its sign in the highest bit.
  void subtract(Register r, Register d, Register q, Register helper) const {
    code().alu(true, BPF_SUB, r, d);
    code().move(true, helper, r);
    code().alu_imm(true, BPF_ARSH, helper, 63); // -1: it doesn't fit
    code().alu_imm(true, BPF_ADD, q, 1);
    code().alu(true, BPF_ADD, q, helper);
    code().alu(true, BPF_AND, helper, d);
    code().alu(true, BPF_ADD, r, helper);
  }

  void round32(Register d, Register helper) const {
    code().alu_imm(true, BPF_LSH, dst, 1);
    subtract(dst, d, dst, helper);
  }

  // dst and d below 2^32; d is lost.
  void long32(Register d, std::uint64_t greatest_dividend, std::uint64_t greatest_divisor) const {
    const auto end = code().label();
    by_zero(d, end);
    if (greatest_divisor >= high_bit32) {
      const auto small = code().label();
      code().jump_imm(false, BPF_JSGE, d, 0, small);
      by_large(d);
      code().jump(end);
      code().place(small);
    }
    const unsigned bits = bit_width_of(greatest_dividend);
    code().alu_imm(true, BPF_LSH, d, 32);
    if (bits < 32)
      code().alu_imm(true, BPF_LSH, dst, int(32 - bits));
    rounds(bits, [&](Register helper) { round32(d, helper); });
    remainder ? code().alu_imm(true, BPF_RSH, dst, 32) : code().move(false, dst, dst);
    code().place(end);
  }

  void round64(Register d, Register rest, Register helper) const {
    code().move(true, helper, dst);
    code().alu_imm(true, BPF_RSH, helper, 63);
    code().alu_imm(true, BPF_LSH, rest, 1);
    code().alu(true, BPF_OR, rest, helper);
    code().alu_imm(true, BPF_LSH, dst, 1);
    subtract(rest, d, dst, helper);
  }

  void long64(Register d) const {
    const Register rest = site.scratch();
    const auto end = code().label(), small = code().label();
    by_zero(d, end);
    code().jump_imm(true, BPF_JSGE, d, 0, small);
    by_large(d);
    code().jump(end);
    code().place(small);
    code().set(rest, 0);
    rounds(64, [&](Register helper) { round64(d, rest, helper); });
    if (remainder)
      code().move(true, dst, rest);
    code().place(end);
  }

  // A constant divisor of at least 2^31 that fits 32 bits; dst below 2^32.
  void by_large_constant32(std::uint64_t k) const {
    const auto end = code().label(), smaller = code().label();
    const auto imm = std::int32_t(std::uint32_t(k));
    code().jump_imm(false, BPF_JLT, dst, imm, smaller);
    remainder ? code().alu_imm(false, BPF_SUB, dst, imm) : code().set(dst, 1);
    code().jump(end);
    code().place(smaller);
    if (!remainder)
      code().set(dst, 0);
    code().place(end);
  }

  void by_power_of_two(bool wide, std::uint64_t k) const {
    const int shift = int(log2_of(k));
    if (!wide)
      code().move(false, dst, dst);
    if (!remainder) {
      if (shift != 0)
        code().alu_imm(wide, BPF_RSH, dst, shift);
    } else if (!wide || shift < 32) {
      shift == 0 ? code().set(dst, 0) : mask(wide, k - 1);
    } else if (shift == 32) {
      code().move(false, dst, dst);
    } else {
      code().alu_imm(true, BPF_LSH, dst, 64 - shift);
      code().alu_imm(true, BPF_RSH, dst, 64 - shift);
    }
  }

  void mask(bool wide, std::uint64_t bits) const {
    code().alu_imm(wide, BPF_AND, dst, std::int32_t(bits));
  }

  // dst and k below 2^32, k > 1.
  void by_constant32(std::uint64_t k) const {
    if (k >= high_bit32)
      return by_large_constant32(k);
    const auto imm = std::int32_t(k);
    if (!remainder)
      return code().alu_imm(false, BPF_DIV, dst, imm);
    const Register quotient = site.scratch();
    code().move(false, quotient, dst);
    code().alu_imm(false, BPF_DIV, quotient, imm);
    code().alu_imm(false, BPF_MUL, quotient, imm);
    code().alu(false, BPF_SUB, dst, quotient);
  }

  void by_constant(bool wide, bool dividend_fits, std::uint64_t k) const {
    if (!wide)
      code().move(false, dst, dst);
    if (k == 0) {
      if (!remainder)
        code().set(dst, 0);
    } else if (is_power_of_two(k)) {
      by_power_of_two(wide, k);
    } else if (!wide || dividend_fits) {
      if (k <= UINT32_MAX)
        by_constant32(k);
      else if (!remainder)
        code().set(dst, 0);
    } else {
      const Register d = site.scratch();
      code().set(d, k);
      long64(d);
    }
  }
};

void by_register(const Division& division, const Facts& facts, unsigned insn, const Alu& a) {
  Site& site = division.site;
  const Known &dividend = site.before(a.dst), &divisor = site.before(*a.src.reg);
  const Register d = site.scratch();
  const bool narrow = !a.is64;
  site.code.move(!narrow, d, *a.src.reg);
  if (narrow)
    site.code.move(false, a.dst, a.dst);
  const std::uint64_t most = dividend.fits_u32() ? dividend.scalar.all.umax : UINT32_MAX;
  const std::uint64_t most_divisor = divisor.fits_u32() ? divisor.scalar.all.umax : UINT32_MAX;
  if (narrow || (dividend.fits_u32() && divisor.fits_u32()))
    return division.long32(d, most, most_divisor);
  if (!dividend.fits_u32())
    return division.long64(d);
  // A divisor above every dividend.
  const auto small = site.code.label(), end = site.code.label();
  site.code.alu_imm(true, BPF_RSH, d, 32);
  site.code.jump_imm(true, BPF_JEQ, d, 0, small);
  if (!division.remainder)
    site.code.set(a.dst, 0);
  site.code.jump(end);
  site.code.place(small);
  site.code.move(false, d, *a.src.reg);
  division.long32(d, most, UINT32_MAX);
  site.code.place(end);
}

Insns divided(const Facts& facts, unsigned insn, const Alu& a) {
  Site site(facts, insn);
  const Division division{site, a.dst, a.op == AluOp::Mod};
  if (const auto k = constant_operand(facts, insn, a))
    division.by_constant(a.is64, site.before(a.dst).fits_u32(), *k);
  else if (a.src.reg == a.dst && a.op == AluOp::Mod)
    site.code.set(a.dst, 0); // also where it is 0
  else
    by_register(division, facts, insn, a);
  return site.finish();
}

// What the driver does by itself. 64-bit divisions are written with 32 bits, since Linux knows no
// bounds of their results.
bool driver_divides(const Facts& facts, unsigned insn, const Alu& a) {
  const auto k = constant_operand(facts, insn, a);
  return !a.is64 && facts.before[insn][a.dst].fits_u32() && k && *k != 0 &&
         operand_fits_u32(facts, insn, a) && (a.src.reg || *k < high_bit32);
}

} // namespace

bool rewrite_modulo(Draft& draft) {
  return replace_alu(draft, [&](const Facts& facts, unsigned i, const Alu& a) {
    if (a.op != AluOp::Mod)
      return std::optional<Insns>();
    draft.note(i, "PW-NFP-300", "a modulo is computed by what the card has",
               "the driver knows no modulo");
    return std::optional(divided(facts, i, a));
  });
}

bool rewrite_division(Draft& draft) {
  return replace_alu(draft, [&](const Facts& facts, unsigned i, const Alu& a) {
    if (a.op != AluOp::Div || driver_divides(facts, i, a))
      return std::optional<Insns>();
    draft.note(i, "PW-NFP-300", "a division is computed by what the card has",
               "the driver divides 32-bit numbers by constants");
    return std::optional(divided(facts, i, a));
  });
}

} // namespace pw::nfp::offload
