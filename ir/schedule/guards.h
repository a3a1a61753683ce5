// Packets that do not access a table at all need not wait for those that do.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/ADT/StringMap.h"

namespace pw::schedule {

// For each table that is accessed in several places a handle {0, accessed at all}, if that is known
// by the first of them. Adds the operations that make it.
llvm::StringMap<mlir::Value> make_guards(ir::ProgramOp);

} // namespace pw::schedule
