// Operations made once: asking again for the same one gives the same value, so that values can be
// compared by what they are.
#pragma once

#include "ir/passes/build.h"

namespace pw::ir {

class Maker {
public:
  explicit Maker(Build& build) : build(build) {}

  Build& build;

  mlir::Value constant(const llvm::APInt& x) { return build.constant(x); }
  mlir::Value zero(unsigned width) { return build.constant(width, 0); }
  mlir::Value add(mlir::Value, mlir::Value);
  mlir::Value sub(mlir::Value, mlir::Value);
  mlir::Value both(mlir::Value, mlir::Value);
  mlir::Value either(mlir::Value, mlir::Value);
  mlir::Value exclusive_or(mlir::Value, mlir::Value);
  mlir::Value inverse(mlir::Value x) { // all bits
    return exclusive_or(x, build.constant(llvm::APInt::getAllOnes(width_of(x))));
  }
  mlir::Value compare(mlir::arith::CmpIPredicate, mlir::Value, mlir::Value);
  mlir::Value select(mlir::Value c, mlir::Value t, mlir::Value f);
  // The operation with other operands.
  mlir::Value like(mlir::Operation*, llvm::ArrayRef<mlir::Value> operands);

private:
  using Key = std::pair<std::pair<const void*, std::uint64_t>, std::vector<const void*>>;
  static Key key(const void* what, std::uint64_t attribute, llvm::ArrayRef<mlir::Value>);
  template <typename Op> mlir::Value make(llvm::ArrayRef<mlir::Value> v);

  std::map<Key, mlir::Value> made_;
};

} // namespace pw::ir
