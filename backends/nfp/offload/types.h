// Small questions that several rewritings ask of an instruction.
#pragma once

#include "backends/nfp/offload/site.h"

namespace pw::nfp::offload {

// The second operand as the operation takes it (32-bit operations: its lower half); nullopt if it
// differs from visit to visit.
std::optional<std::uint64_t> constant_operand(const Facts&, unsigned insn, const isa::Alu&);
// Is the operand below 2^32 (as 64 bits, where it is a register)?
bool operand_fits_u32(const Facts&, unsigned insn, const isa::Alu&);

bool is_power_of_two(std::uint64_t);
unsigned log2_of(std::uint64_t power);
unsigned bit_width_of(std::uint64_t greatest); // bits that hold 0..greatest; at least 1

// Replaces what `make` gives a sequence for. Only instructions that are reached are looked at.
template <class Make> bool replace_alu(Draft& draft, Make make) {
  const Facts& facts = draft.facts();
  std::map<unsigned, Insns> instead;
  for (unsigned i = 0; i < facts.before.size(); ++i) {
    if (!facts.explored.code[i] || !facts.reached[i])
      continue;
    const auto* alu = std::get_if<isa::Alu>(&*facts.explored.code[i]);
    if (!alu)
      continue;
    if (auto code = make(facts, i, *alu))
      instead[i] = std::move(*code);
  }
  if (instead.empty())
    return false;
  draft.replace(instead);
  return true;
}

} // namespace pw::nfp::offload
