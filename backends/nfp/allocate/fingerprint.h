// Instructions as numbers: equal exactly if the instructions do the same.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <cstdint>
#include <vector>

namespace pw::nfp {

using Fingerprint = std::vector<std::uint32_t>;

// Every field but the place in the C code is appended.
void append_fingerprint(const Instruction&, Fingerprint&);
void append_fingerprint(const Operand&, Fingerprint&);

} // namespace pw::nfp
