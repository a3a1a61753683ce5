// Lifted LLVM IR (frontend/lift/README.md) to one `pw.program` with the maps that it uses.
#pragma once

#include "frontend/frontend.h"
#include "ir/dialect/dialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace pw::ir {

// Loads the dialects that the compiler uses into a context.
void load_dialects(mlir::MLIRContext&);

// Throws Failure: PW-IR-001 for IR outside the lifted form, PW-MAP-... for maps that can't be
// built.
mlir::OwningOpRef<mlir::ModuleOp> import_program(mlir::MLIRContext&, const Object&,
                                                 const LiftedProgram&);

} // namespace pw::ir
