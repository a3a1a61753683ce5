// What the emitter relies on of a pipeline. Breaking it is a mistake of the compiler's.
#pragma once

#include "ir/pipeline.h"

namespace pw::verilog {

// Throws Failure PW-INT-001 with what is wrong.
void check_pipeline(const pipeline::Pipeline&);

} // namespace pw::verilog
