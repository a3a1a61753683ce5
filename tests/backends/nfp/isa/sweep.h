// Instructions of every class with every kind of operand and mode, and random ones.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <cstdint>
#include <vector>

namespace pw::nfp {

// Each encodable form: classes by operations by kinds of operands by modes.
std::vector<Instruction> systematic_instructions();
// Any fields; many of them have no encoding.
std::vector<Instruction> random_instructions(std::uint32_t seed, std::size_t count);

} // namespace pw::nfp
