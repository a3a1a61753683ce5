// The `pw` dialect: C++ side of dialect.td and ops.td, and helpers that every pass needs.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "ir/dialect/dialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/dialect/types.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/dialect/attributes.h.inc"
#define GET_OP_CLASSES
#include "ir/dialect/ops.h.inc"

namespace pw::ir {

// Bits of an integer value.
unsigned width_of(mlir::Value);

// The constant that a value is, if it is one.
std::optional<llvm::APInt> constant_of(mlir::Value);

// Latency of an operation in stages: 0 unless it reads a map (or is a wide multiplication).
// `map` is the map that it names; null for other operations.
MapOp map_of(mlir::Operation*);

} // namespace pw::ir
