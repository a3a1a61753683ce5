// Instruction selection: a lifted program (frontend/lift/README.md) as micro-engine instructions on
// virtual 32-bit values. What comes out is right but for registers: operands may break the rules
// about banks, constants that don't fit are LoadValue, calls are Call (code/code.h).
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/firmware/firmware.h"
#include "frontend/frontend.h"

#include <vector>

namespace pw::nfp {

// The program must have been lifted with VerifyOptions::micro_engine and with head_room =
// profile.adjust_head.guaranteed_sub. tables: the maps that the program uses, in the order of their
// ids (id = place + 1). warnings: read-modify-writes that aren't atomic. Throws Failure with
// everything that the card can't do (PW-NFP-2xx), all at once.
Function select(const Object&, const Program&, const LiftedProgram&, const FirmwareProfile&,
                std::vector<Table>& tables, std::vector<Diagnostic>& warnings);

} // namespace pw::nfp
