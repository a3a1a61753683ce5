// Which memory a column gets, and what the maps of a program cost together.
#pragma once

#include "ir/dialect/dialect.h"
#include "ir/pipeline.h"

#include "mlir/IR/BuiltinOps.h"

namespace pw::schedule {

struct MemoryChoice {
  pipeline::Memory kind = pipeline::Memory::Distributed;
  unsigned latency = 1; // of a read
  unsigned blocks = 0;  // BRAM36 or URAM288 that it takes; LUTs for Distributed
};

// For `words` words of `bits` bits.
MemoryChoice choose_memory(std::uint64_t words, unsigned bits);
MemoryChoice memory_of(ir::MapOp, unsigned column);

// Throws Failure PW-DEV-001, with the arithmetic, if the maps don't fit the device.
void check_device(mlir::ModuleOp, const std::string& device);

} // namespace pw::schedule
