// A program between the passes as text, block by block.
#pragma once

#include "backends/nfp/code/code.h"

#include <string>

namespace pw::nfp {

// The C line stands before the instructions made of it; an arrow says which block comes next where
// it isn't the one below.
std::string print(const Function&);

} // namespace pw::nfp
