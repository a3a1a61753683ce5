// A lifted program as an engine: its LLVM IR compiled for this machine, with the externals of the
// lifted form (frontend/lift/README.md) given by the host. For tests: it compares the frontend
// alone, without schedule or hardware, with the other engines.
#pragma once

#include "frontend/frontend.h"
#include "sim/engine.h"

#include <memory>

namespace pw {

// Throws Failure if the program is refused.
std::unique_ptr<Engine> make_lifted_engine(const EngineInput&, const LiftOptions& = {});

} // namespace pw
