// What a late value is, as a diagram of decisions: which conditions on read words choose which
// sum of a read word and a number that is known before.
//
//   select (ult (addi %r, %a), %b), (addi %r, %a), %b
//     =>   [%r in %-a .. %b - %a - 1] ? %r + %a : %b
//
// Conditions and sums stand side by side; the choice among the sums comes last.
#pragma once

#include "ir/passes/maker.h"

#include "llvm/IR/ConstantRange.h"

#include <functional>
#include <map>
#include <vector>

namespace pw::ir {

struct Term {
  mlir::Value base; // late
  bool negative = false;
};

// The sum of up to two late terms and a number known before. No terms: the number (never null).
struct Leaf {
  llvm::SmallVector<Term, 2> terms;
  mlir::Value offset; // null: 0
  bool early() const { return terms.empty(); }
};

bool same_terms(const Leaf&, const Leaf&);

// A condition that decides. `of` and `range` where it says that a value lies in a constant range.
struct Variable {
  mlir::Value holds;
  bool early = false;
  mlir::Value of;
  std::optional<llvm::ConstantRange> range;
};

// Thrown where a diagram grows beyond what hardware could decide in a clock.
struct TooManyDecisions {};

class Decisions {
public:
  using Ref = unsigned;
  struct Node {
    int variable = -1; // -1: a leaf
    Ref t = 0, f = 0;
    Leaf leaf;
  };

  explicit Decisions(Maker& make) : make_(make) {}

  Ref leaf(Leaf);
  Ref early(mlir::Value v) { return leaf({{}, v}); }
  Ref truth(bool b) { return early(make_.constant(llvm::APInt(1, b))); }
  Ref variable(Variable); // true where it holds
  Ref choose(Ref c, Ref t, Ref f);
  Ref invert(Ref c) { return choose(c, truth(false), truth(true)); }

  using One = std::function<Ref(const Leaf&)>;
  using Two = std::function<Ref(const Leaf&, const Leaf&)>;
  Ref apply(Ref, const One&);
  Ref apply(Ref, Ref, const Two&);

  const Node& node(Ref r) const { return nodes_[r]; }
  const Variable& decider(Ref r) const { return variables_[std::size_t(nodes_[r].variable)]; }
  // With every variable on `of` decided by the value x.
  Ref where(Ref, mlir::Value of, const llvm::APInt& x);

private:
  Ref inner(int variable, Ref t, Ref f);
  Ref where(Ref, mlir::Value of, const llvm::APInt& x, std::map<Ref, Ref>& done);
  Ref choose_early(mlir::Value c, Ref t, Ref f);
  unsigned rank(Ref) const;
  Ref half(Ref, unsigned rank, bool which) const;

  Maker& make_;
  std::vector<Node> nodes_;
  std::vector<Variable> variables_;
  std::map<std::vector<const void*>, Ref> leaves_;
  std::map<std::tuple<int, Ref, Ref>, Ref> inner_;
  std::map<void*, int> variable_of_;
  std::map<std::tuple<Ref, Ref, Ref>, Ref> chosen_;
};

} // namespace pw::ir
