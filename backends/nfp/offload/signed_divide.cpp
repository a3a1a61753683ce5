// Signed division and modulo: of the absolute values, without sign; then the sign.
//
//   a s/ b: sign of a ^ b        a s% b: sign of a
//
// -2^31 and -2^63 are their own absolute values, read without sign; so they come out right, also
// divided by -1.
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/types.h"

namespace pw::nfp::offload {
namespace {

using namespace isa;

void negate_if_negative(Sequence& code, bool wide, Register sign, Register r) {
  const auto end = code.label();
  code.jump_imm(wide, BPF_JSGE, sign, 0, end);
  code.alu_imm(wide, BPF_NEG, r, 0);
  code.place(end);
}

void absolute(Sequence& code, bool wide, Register r) { negate_if_negative(code, wide, r, r); }

std::uint64_t magnitude(std::uint64_t k, bool wide) {
  if (wide)
    return std::int64_t(k) < 0 ? 0 - k : k;
  const auto low = std::uint32_t(k);
  return std::int32_t(low) < 0 ? 0u - low : low;
}

void set_operand(Sequence& code, bool wide, Register r, const Alu& a) {
  if (a.src.reg)
    code.move(wide, r, *a.src.reg);
  else
    code.set(r, wide ? std::uint64_t(a.src.imm) : std::uint64_t(a.src.imm) & UINT32_MAX);
}

// dst op= magnitude of the divisor.
void divide(Site& site, const Alu& a, unsigned op, std::optional<std::uint64_t> k) {
  const std::uint64_t by = k ? magnitude(*k, a.is64) : 0;
  if (k && by != 0 && by <= INT32_MAX)
    return site.code.alu_imm(a.is64, op, a.dst, std::int32_t(by));
  const Register divisor = site.scratch();
  if (k) {
    site.code.set(divisor, by);
  } else {
    site.code.move(a.is64, divisor, *a.src.reg);
    absolute(site.code, a.is64, divisor);
  }
  absolute(site.code, a.is64, a.dst);
  site.code.alu(a.is64, op, a.dst, divisor);
}

// a s% a = 0 and a s/ a = 1, but 0 s/ 0 = 0.
Insns divided_by_itself(Site& site, const Alu& a) {
  const auto end = site.code.label();
  if (a.op == AluOp::Sdiv) {
    if (!a.is64)
      site.code.move(false, a.dst, a.dst);
    site.code.jump_imm(true, BPF_JEQ, a.dst, 0, end);
    site.code.set(a.dst, 1);
  } else {
    site.code.set(a.dst, 0);
  }
  site.code.place(end);
  return site.finish();
}

Insns divided(const Facts& facts, unsigned insn, const Alu& a) {
  Site site(facts, insn);
  if (a.src.reg == a.dst)
    return divided_by_itself(site, a);
  const bool modulo = a.op == AluOp::Smod;
  const auto k = constant_operand(facts, insn, a);
  const Register sign = site.scratch();
  if (modulo) {
    site.code.move(a.is64, sign, a.dst);
  } else {
    set_operand(site.code, a.is64, sign, a);
    site.code.alu(a.is64, BPF_XOR, sign, a.dst);
  }
  if (k && magnitude(*k, a.is64) != 0 && magnitude(*k, a.is64) <= INT32_MAX)
    absolute(site.code, a.is64, a.dst);
  if (!a.is64)
    site.code.move(false, a.dst, a.dst);
  divide(site, a, modulo ? BPF_MOD : BPF_DIV, k);
  negate_if_negative(site.code, a.is64, sign, a.dst);
  return site.finish();
}

} // namespace

bool rewrite_signed_division(Draft& draft) {
  return replace_alu(draft, [&](const Facts& facts, unsigned i, const Alu& a) {
    if (a.op != AluOp::Sdiv && a.op != AluOp::Smod)
      return std::optional<Insns>();
    draft.note(i, "PW-NFP-300", "a signed division is computed without sign",
               "the driver knows no signed division or modulo");
    return std::optional(divided(facts, i, a));
  });
}

} // namespace pw::nfp::offload
