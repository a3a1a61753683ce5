#include "backends/nfp/rules/rules.h"

namespace pw::nfp::rules {

using verify::Scalar;

namespace {
// What an operand may be; a number made of a pointer may be anything.
Scalar number(const verify::Value& v) { return v.is_scalar() ? v.scalar : Scalar{}; }

constexpr const char* u32 = "32 bits, [0, 4294967295]";
} // namespace

void ArithmeticRules::visit(const Visit& v) {
  const auto* a = std::get_if<Alu>(&v.instruction);
  if (!a || (a->op != AluOp::Mul && a->op != AluOp::Div && a->op != AluOp::Mod))
    return;
  if (v.state.reg(a->dst).kind == verify::Kind::Poison)
    return;
  const Scalar dst = number(v.state.reg(a->dst));
  const Scalar src =
      a->src.reg ? number(v.state.reg(*a->src.reg)) : Scalar::constant(std::uint64_t(a->src.imm));
  const auto& vague = v.shadow.frames.back().vague;
  const bool unsure = vague[a->dst] || (a->op == AluOp::Mul && a->src.reg && vague[*a->src.reg]);
  const auto [at, fresh] = seen_.try_emplace(v.insn, Operands{*a, dst, src, unsure});
  if (fresh)
    return;
  at->second.vague |= unsure;
  at->second.dst = join(at->second.dst, dst);
  at->second.src = join(at->second.src, src);
}

void ArithmeticRules::finish() {
  for (const auto& [insn, operands] : seen_)
    if (operands.alu.op == AluOp::Mul)
      multiplication(insn, operands);
    else if (operands.alu.op == AluOp::Div)
      division(insn, operands);
}

// The numbers are small enough, but the verifier that the driver asks may not know it.
void ArithmeticRules::vague(unsigned insn, const Operands& o) {
  const bool factor = o.alu.op == AluOp::Mul && o.alu.src.reg;
  if (!o.vague || !o.dst.fits_u32() || (factor && !o.src.fits_u32()))
    return;
  s_.report.add(diagnose("PW-NFP-113", "Linux may not know that the numbers fit 32 bits")
                    .breaks("its verifier forgets what is known at byte swaps, negations, 64-bit "
                            "divisions and helpers, and before 6.10 where two variables meet")
                    .limited(u32, to_string(Instruction(o.alu)))
                    .help("mask the number right before: asm volatile(\"%0 &= 0xffff\" : "
                          "\"+r\"(x))")
                    .warning(),
                insn);
}

void ArithmeticRules::multiplication(unsigned insn, const Operands& o) {
  vague(insn, o);
  const Alu& a = o.alu;
  const bool wide_src = a.src.reg && !o.src.fits_u32();
  if (!o.dst.fits_u32() || wide_src)
    s_.report.add(
        diagnose("PW-NFP-107", "a factor may need more than 32 bits")
            .breaks("both registers of a multiplication are looked at as 64 bits, also where 32 "
                    "are multiplied")
            .limited(u32, to_string(o.dst.fits_u32() ? o.src : o.dst))
            .help(rewritten("check or mask the number before, or multiply u32 variables")),
        insn);
  if (!a.src.reg && a.is64 && a.src.imm < 0)
    s_.report.add(diagnose("PW-NFP-108", "64-bit multiplication by a negative constant")
                      .limited("constants [0, 2147483647]", std::to_string(a.src.imm))
                      .help(rewritten("multiply by the positive constant and negate")),
                  insn);
}

void ArithmeticRules::division(unsigned insn, const Operands& o) {
  vague(insn, o);
  const Alu& a = o.alu;
  if (!o.dst.fits_u32())
    s_.report.add(diagnose("PW-NFP-109", "the dividend may need more than 32 bits")
                      .breaks("the register is looked at as 64 bits, also where 32 are divided")
                      .limited(u32, to_string(o.dst))
                      .help("check or mask the number before, or divide a u32 variable"),
                  insn);
  if (a.src.reg && !o.src.is_constant())
    s_.report.add(
        diagnose("PW-NFP-110", "the divisor is not a constant")
            .breaks("the card divides by multiplying with the reciprocal of a constant")
            .limited("a constant", to_string(o.src))
            .help(rewritten("shift where it is a power of two, or divide by a constant in each "
                            "branch")),
        insn);
  else if (a.src.reg && !o.src.fits_u32())
    s_.report.add(diagnose("PW-NFP-111", "the divisor needs more than 32 bits")
                      .limited(u32, to_string(o.src))
                      .help("a dividend of 32 bits divided by it is 0"),
                  insn);
  if (!a.src.reg && a.src.imm < 0)
    s_.report.add(diagnose("PW-NFP-112", "division by a negative constant")
                      .limited("constants [0, 2147483647]", std::to_string(a.src.imm))
                      .help("the division is unsigned: compare with the large number instead"),
                  insn);
}

} // namespace pw::nfp::rules
