// What values become once the outcome of some table accesses is known: the cofactors of conditions
// for "the key is there" and "the key is not there".
#pragma once

#include "ir/passes/build.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace pw::ir {

class Cofactor {
public:
  Cofactor(mlir::Block& block, Build& build) : block_(block), build_(build) {}

  // Of an access that is done: was the key there before, and is there an entry after it. Null: not
  // known. What is loaded by the handle of nothing counts as zero: no path gets there.
  void settle(AccessOp, mlir::Value found, mlir::Value hit);

  // A value that does not depend on the outcomes; null if there is none. New operations stand
  // behind their operands.
  mlir::Value of(mlir::Value);

private:
  struct Fact {
    mlir::Value found, hit;
  };

  void find_dependents();
  bool depends(mlir::Operation&);
  mlir::Value known(mlir::Value) const;
  bool dependent(mlir::Value v) const { return dependent_.contains(v); }
  mlir::Value evaluate(mlir::Operation&);
  mlir::Value of_outcome(BitsOp, const Fact&);
  mlir::Value of_select(mlir::arith::SelectOp);
  mlir::Value of_mux(MuxOp);
  mlir::Value of_load(LoadOp);
  mlir::Value rebuilt(mlir::Operation&);

  mlir::Block& block_;
  Build& build_;
  llvm::DenseMap<mlir::Value, Fact> facts_; // by outcome
  llvm::DenseSet<mlir::Value> dependent_;   // values and states that the outcomes may change
  bool fresh_ = false;                      // dependent_ is that of facts_
  llvm::DenseMap<mlir::Value, mlir::Value> memo_;
};

} // namespace pw::ir
