// Which memory a column gets, and what the maps of a program cost together.
#pragma once

#include "ir/dialect/dialect.h"
#include "ir/resources.h"

#include "mlir/IR/BuiltinOps.h"

namespace pw::schedule {

MemoryChoice memory_of(ir::MapOp, unsigned column);

// Throws Failure PW-DEV-001, with the arithmetic, if the maps don't fit the device.
void check_device(mlir::ModuleOp, const std::string& device);

} // namespace pw::schedule
