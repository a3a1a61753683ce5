// Multiplications of more than 32 x 32 bits, from parts that the card multiplies:
//
//   a * b = al * bl + ((ah * bl + al * bh) << 32)
//
// The parts of the sum are needed modulo 2^32 only. By a power of two: a shift.
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/types.h"

namespace pw::nfp::offload {
namespace {

using namespace isa;

bool driver_multiplies(const Facts& facts, unsigned insn, const Alu& a) {
  return facts.before[insn][a.dst].fits_u32() && operand_fits_u32(facts, insn, a);
}

void by_power_of_two(Sequence& code, const Alu& a, std::uint64_t k) {
  const int shift = int(log2_of(k));
  if (shift != 0)
    code.alu_imm(a.is64, BPF_LSH, a.dst, shift);
  else if (!a.is64)
    code.move(false, a.dst, a.dst);
}

void multiply32(Site& site, const Alu& a) {
  if (a.src.reg && *a.src.reg != a.dst && !site.before(*a.src.reg).fits_u32()) {
    const Register factor = site.scratch();
    site.code.move(false, factor, *a.src.reg);
    site.code.move(false, a.dst, a.dst);
    return site.code.alu(false, BPF_MUL, a.dst, factor);
  }
  site.code.move(false, a.dst, a.dst);
  if (a.src.reg)
    site.code.alu(false, BPF_MUL, a.dst, *a.src.reg);
  else
    site.code.alu_imm(false, BPF_MUL, a.dst, std::int32_t(a.src.imm));
}

// r = upper half of the second operand.
void set_upper(Sequence& code, Register r, const Alu& a, std::optional<std::uint64_t> k) {
  if (k)
    return code.set(r, *k >> 32);
  code.move(true, r, *a.src.reg);
  code.alu_imm(true, BPF_RSH, r, 32);
}

void multiply64(Site& site, const Alu& a, std::optional<std::uint64_t> k) {
  Sequence& code = site.code;
  const Known& dst = site.before(a.dst);
  const bool second_fits = k ? *k <= UINT32_MAX : site.before(*a.src.reg).fits_u32();
  const Register low = site.scratch();
  k ? code.set(low, *k & UINT32_MAX) : code.move(false, low, *a.src.reg);
  std::optional<Register> upper, cross;
  if (!second_fits)
    set_upper(code, *(upper = site.scratch()), a, k);
  if (!dst.fits_u32()) {
    cross = site.scratch();
    code.move(true, *cross, a.dst);
    code.alu_imm(true, BPF_RSH, *cross, 32);
    code.alu(false, BPF_MUL, *cross, low);
    code.move(false, a.dst, a.dst);
  }
  if (upper)
    code.alu(false, BPF_MUL, *upper, a.dst);
  code.alu(true, BPF_MUL, a.dst, low);
  for (const auto& part : {upper, cross})
    if (part) {
      code.alu_imm(true, BPF_LSH, *part, 32);
      code.alu(true, BPF_ADD, a.dst, *part);
    }
}

Insns multiplied(const Facts& facts, unsigned insn, const Alu& a) {
  Site site(facts, insn);
  const auto k = constant_operand(facts, insn, a);
  if (k && is_power_of_two(*k))
    by_power_of_two(site.code, a, *k);
  else if (!a.is64)
    multiply32(site, a);
  else
    multiply64(site, a, k);
  return site.finish();
}

} // namespace

bool rewrite_multiplication(Draft& draft) {
  return replace_alu(draft, [&](const Facts& facts, unsigned i, const Alu& a) {
    if (a.op != AluOp::Mul || driver_multiplies(facts, i, a))
      return std::optional<Insns>();
    draft.note(i, "PW-NFP-300", "a multiplication is computed from 32-bit ones",
               "the driver multiplies numbers below 2^32");
    return std::optional(multiplied(facts, i, a));
  });
}

} // namespace pw::nfp::offload
