// A `pw.pipeline` as plain data.
#pragma once

#include "ir/compile.h"
#include "ir/dialect/dialect.h"

#include "mlir/IR/BuiltinOps.h"

namespace pw::ir {

pipeline::Pipeline export_pipeline(mlir::ModuleOp, const Object&, const LiftedProgram&,
                                   const CompileOptions&);

} // namespace pw::ir
