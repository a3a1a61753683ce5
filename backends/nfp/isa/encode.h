// Instructions as words. Only what has all its registers has one: no virtual values, no transfer
// groups, no pseudo instructions, no blocks as targets.
#pragma once

#include "backends/nfp/isa/ecc.h"
#include "backends/nfp/isa/instruction.h"

#include <cstdint>

namespace pw::nfp {

// Bits 44:0, without check bits (with_ecc adds them). Throws Failure PW-INT-001 with the rule that
// the instruction breaks.
std::uint64_t encode(const Instruction&);

// The address field of a branch: a word of the program as it is; what only the firmware knows has a
// number that shows what it stands for until the loader writes the address: 0 for the next packet,
// 15000 + function id for helpers, as the ABI has it.
unsigned address_field(const Instruction&);

} // namespace pw::nfp
