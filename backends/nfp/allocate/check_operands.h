// What the fields of each instruction can take; part of check.h's check.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <functional>

namespace pw::nfp {

// fail must not return.
void check_operands(const Instruction&, const std::function<void(const char* rule)>& fail);

} // namespace pw::nfp
