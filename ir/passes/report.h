// From MLIR locations to the user's C.
#pragma once

#include "mlir/IR/Location.h"

#include "support/diagnostic.h"

namespace pw::ir {

// The first place in a source file that a location names; unknown if it names none.
SourceLocation source_location(mlir::Location);

} // namespace pw::ir
