// Which memory a column gets, and what the maps of a program cost together.
#pragma once

#include "ir/dialect/dialect.h"
#include "ir/resources.h"

#include "mlir/IR/BuiltinOps.h"

namespace pw::schedule {

MemoryChoice memory_of(ir::MapOp, unsigned column);
// What a map is as far as its memories depend on it; what the data path does with it is left out.
pipeline::Map shape_of(ir::MapOp);

// Throws Failure PW-DEV-001, with the arithmetic, if the maps don't fit the device.
void check_device(mlir::ModuleOp, const std::string& device);

} // namespace pw::schedule
