// Passes over `pw.program`, declared in passes.td.
#pragma once

#include "ir/dialect/dialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include "support/diagnostic.h"

namespace pw::ir {

#define GEN_PASS_DECL
#include "ir/passes/passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "ir/passes/passes.h.inc"

// From what the importer makes to what the scheduler takes.
void add_passes(mlir::OpPassManager&, const ResolvePacketOptions&);

// Reports a diagnostic of ours as an error at an operation; run_passes gives it back as it was.
void report(mlir::Operation*, Diagnostic);

// Throws Failure with what the passes reported.
void run_passes(mlir::ModuleOp, const ResolvePacketOptions&);

} // namespace pw::ir
