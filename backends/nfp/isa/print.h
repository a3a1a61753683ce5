// Instructions as text, in the style of GNU's disassembler.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <string>

namespace pw::nfp {

// alu[gprA_0, gprB_1, +, 0x5]. Also what has no word yet: v3 is a virtual value, $xfer3[0] word 0
// of transfer group 3, .block_2 a block. Never throws.
std::string print(const Instruction&);

// What GNU objdump prints for the instruction's word with -M ctx4,no-pc: addresses in numbers.
// Only for instructions that have a word (encode.h); throws what encode() throws for others'
// targets.
std::string disassembly(const Instruction&);

} // namespace pw::nfp
