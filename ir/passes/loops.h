// Read-modify-writes: columns of maps whose next contents depend on what is read from them.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/ADT/DenseSet.h"

#include <vector>

namespace pw::ir {

inline constexpr double assumed_clock = 250; // MHz, of passes that look at delays

// Columns that depend on each other in a circle, or one on itself.
struct Loop {
  std::vector<ReadOp> reads;
  std::vector<WriteOp> writes;
  llvm::DenseSet<mlir::Value> late; // what depends on the reads
};

// In the order of their first read. Left out: loops in which the place of an access depends on what
// is read, since they can't be closed within a clock.
std::vector<Loop> find_loops(mlir::Block&);

constexpr double never = 1e6;

// The longest way from a read's data to a write, in ns; `never` or more where an operation that
// takes clocks stands on it.
double loop_time(const Loop&);

// When a late value is there, counted from the beginning of the clock in which the reads deliver.
// `known` holds what was asked before.
double arrival(mlir::Value, const Loop&, llvm::DenseMap<mlir::Value, double>& known);

} // namespace pw::ir
