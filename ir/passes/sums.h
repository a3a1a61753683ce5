// Arithmetic on the leaves of decisions. All of it is modulo 2^width, as the program's is: no
// comparison relies on a sum that doesn't wrap around.
#pragma once

#include "ir/passes/decisions.h"

namespace pw::ir {

class Sums {
public:
  Sums(Maker& make, Decisions& decisions) : make_(make), decisions_(decisions) {}

  Decisions::Ref add(const Leaf&, const Leaf&, bool subtract);
  Decisions::Ref compare(mlir::arith::CmpIPredicate, const Leaf&, const Leaf&);
  Decisions::Ref scaled(const Leaf&, const llvm::APInt& factor);
  // The leaf as one value: at most one carry chain.
  mlir::Value value(const Leaf&);
  // A late value that is looked at no further.
  Decisions::Ref opaque(mlir::Value v) { return decisions_.leaf({{{v, false}}, {}}); }

private:
  using Ref = Decisions::Ref;
  mlir::Value sum(const Leaf&);
  mlir::Value compressed(const Leaf&);
  Ref equal(const Leaf&, mlir::Value);
  Ref wraps(mlir::arith::CmpIPredicate, const Leaf&, const Leaf&);
  Ref inside(const Leaf&, mlir::Value low, mlir::Value high);
  Ref inside(mlir::Value, const llvm::ConstantRange&);
  mlir::Value offset(const Leaf&, unsigned width);

  Maker& make_;
  Decisions& decisions_;
};

} // namespace pw::ir
