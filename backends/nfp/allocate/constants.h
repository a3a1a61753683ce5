// 32-bit constants in as few words as they take.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <vector>

namespace pw::nfp {

// One or two instructions for a LoadValue; they leave condition codes alone. The second one keeps
// bytes that the first one wrote.
std::vector<Instruction> value_words(const Instruction& load);

} // namespace pw::nfp
