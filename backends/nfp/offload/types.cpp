#include "backends/nfp/offload/types.h"

#include <bit>

namespace pw::nfp::offload {

std::optional<std::uint64_t> constant_operand(const Facts& facts, unsigned insn,
                                              const isa::Alu& alu) {
  std::uint64_t value = std::uint64_t(alu.src.imm);
  if (alu.src.reg) {
    const Known& known = facts.before[insn][*alu.src.reg];
    if (!known.constant())
      return std::nullopt;
    value = known.scalar.value();
  }
  return alu.is64 ? value : value & UINT32_MAX;
}

bool operand_fits_u32(const Facts& facts, unsigned insn, const isa::Alu& alu) {
  if (alu.src.reg)
    return facts.before[insn][*alu.src.reg].fits_u32();
  return !alu.is64 || std::uint64_t(alu.src.imm) <= UINT32_MAX;
}

bool is_power_of_two(std::uint64_t v) { return std::has_single_bit(v); }
unsigned log2_of(std::uint64_t power) { return unsigned(std::countr_zero(power)); }
unsigned bit_width_of(std::uint64_t greatest) {
  return std::max(1u, unsigned(std::bit_width(greatest)));
}

} // namespace pw::nfp::offload
