// Which conditions can never hold together: paths of the program that exclude each other.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/ADT/DenseMap.h"

namespace pw::ir {

class Exclusion {
public:
  // Never true without reason; may miss some.
  bool exclusive(mlir::Value a, mlir::Value b);
  // Does b hold whenever a holds? The same.
  bool implies(mlir::Value a, mlir::Value b);

private:
  bool decide_implied(mlir::Value a, mlir::Value b);
  bool decide(mlir::Value a, mlir::Value b);
  llvm::DenseMap<std::pair<mlir::Value, mlir::Value>, bool> known_, implied_;
};

// Does `value` depend on one of `sources`, directly or not?
bool depends_on(mlir::Value value, llvm::ArrayRef<mlir::Value> sources);

// Puts a block back into dependence order; operations that need not move keep their order.
void sort_block(mlir::Block&);

} // namespace pw::ir
