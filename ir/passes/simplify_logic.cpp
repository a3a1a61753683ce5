// Predicates without what they say twice.
//
//   andi (ne %x, 4), (eq %x, 8)       =>   eq %x, 8
//   ori (andi %p, %q), %p             =>   %p
//   select %c, true, %x               =>   ori %c, %x
//   mux [%a, %b, %c] [1, 1, 2]        =>   mux [ori %a, %b; %c] [1, 2]
#include "ir/passes/build.h"
#include "ir/passes/passes.h"

#include "llvm/IR/ConstantRange.h"
#include "llvm/IR/InstrTypes.h"

namespace pw::ir {

#define GEN_PASS_DEF_SIMPLIFYLOGIC
#include "ir/passes/passes.h.inc"

namespace {

using llvm::ConstantRange;
using mlir::Value;
namespace arith = mlir::arith;

constexpr std::size_t most_factors = 24;

// The values of x for which a comparison of x with a constant holds.
struct Range {
  Value of;
  ConstantRange set;
};

std::optional<Range> range_of(Value v) {
  using P = arith::CmpIPredicate;
  static const std::map<P, llvm::CmpInst::Predicate> same = {
      {P::eq, llvm::CmpInst::ICMP_EQ},   {P::ne, llvm::CmpInst::ICMP_NE},
      {P::ult, llvm::CmpInst::ICMP_ULT}, {P::ule, llvm::CmpInst::ICMP_ULE},
      {P::ugt, llvm::CmpInst::ICMP_UGT}, {P::uge, llvm::CmpInst::ICMP_UGE},
      {P::slt, llvm::CmpInst::ICMP_SLT}, {P::sle, llvm::CmpInst::ICMP_SLE},
      {P::sgt, llvm::CmpInst::ICMP_SGT}, {P::sge, llvm::CmpInst::ICMP_SGE}};
  auto compare = v.getDefiningOp<arith::CmpIOp>();
  auto c = compare ? constant_of(compare.getRhs()) : std::nullopt;
  if (!c)
    return {};
  return Range{compare.getLhs(),
               ConstantRange::makeExactICmpRegion(same.at(compare.getPredicate()), *c)};
}

Value negated(Value v) {
  auto x = v.getDefiningOp<arith::XOrIOp>();
  auto c = x && v.getType().isInteger(1) ? constant_of(x.getRhs()) : std::nullopt;
  return c && c->isOne() ? x.getLhs() : Value();
}

bool opposite(Value a, Value b) {
  if (negated(a) == b || negated(b) == a)
    return true;
  auto x = a.getDefiningOp<arith::CmpIOp>(), y = b.getDefiningOp<arith::CmpIOp>();
  return x && y && x.getLhs() == y.getLhs() && x.getRhs() == y.getRhs() &&
         arith::invertPredicate(x.getPredicate()) == y.getPredicate();
}

bool contradict(Value a, Value b) {
  if (opposite(a, b))
    return true;
  auto x = range_of(a), y = range_of(b);
  return x && y && x->of == y->of && x->set.intersectWith(y->set).isEmptySet();
}

bool implies(Value a, Value b) {
  if (a == b)
    return true;
  auto x = range_of(a), y = range_of(b);
  return x && y && x->of == y->of && y->set.contains(x->set);
}

using Factors = llvm::SmallVector<Value, 8>;

Factors factors(Value v) {
  Factors all, work = {v};
  while (!work.empty()) {
    Value f = work.pop_back_val();
    if (auto both = f.getDefiningOp<arith::AndIOp>(); both && all.size() < most_factors) {
      work.push_back(both.getRhs());
      work.push_back(both.getLhs());
    } else if (!llvm::is_contained(all, f)) {
      all.push_back(f);
    }
  }
  return all;
}

bool implied(const Factors& given, Value f) {
  return llvm::any_of(given, [&](Value g) { return implies(g, f); });
}

bool all_implied(const Factors& given, const Factors& what) {
  return llvm::all_of(what, [&](Value f) { return implied(given, f); });
}

class Simplifier {
public:
  explicit Simplifier(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
      if (op.getNumResults() != 1)
        continue;
      build_.at(op.getLoc());
      Value v = simpler(op);
      if (!v || v == op.getResult(0))
        continue;
      op.getResult(0).replaceAllUsesWith(v);
      op.erase();
    }
  }

private:
  Value simpler(mlir::Operation& op) {
    if (auto mux = mlir::dyn_cast<MuxOp>(op))
      return grouped(mux);
    if (!op.getResult(0).getType().isInteger(1))
      return {};
    if (auto select = mlir::dyn_cast<arith::SelectOp>(op))
      return chosen(select);
    if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op))
      return tested(compare);
    if (mlir::isa<arith::AndIOp>(op))
      return both(op.getOperand(0), op.getOperand(1));
    if (mlir::isa<arith::OrIOp>(op))
      return either(op.getOperand(0), op.getOperand(1));
    return {};
  }
  Value both(Value a, Value b);
  Value either(Value a, Value b);
  Value chosen(arith::SelectOp);
  Value grouped(MuxOp);
  Value tested(arith::CmpIOp);
  Value conjunction(const Factors&);
  Value inverse(Value v) {
    Value one = build_.constant(1, 1);
    return build_.behind({v, one}).createOrFold<arith::XOrIOp>(build_.where(), v, one);
  }

  mlir::Block& block_;
  Build build_;
};

Value Simplifier::conjunction(const Factors& all) {
  Value v;
  for (Value f : all)
    v = v ? build_.both(v, f) : f;
  return v ? v : build_.constant(1, 1);
}

Value Simplifier::both(Value a, Value b) {
  Factors left = factors(a), right = factors(b);
  for (Value f : left)
    for (Value g : right)
      if (contradict(f, g))
        return build_.constant(1, 0);
  if (all_implied(left, right))
    return a;
  if (all_implied(right, left))
    return b;
  Factors kept;
  for (Value f : left)
    if (!implied(right, f))
      kept.push_back(f);
  for (Value g : right)
    if (!implied(kept, g))
      kept.push_back(g);
  if (kept.size() == left.size() + right.size())
    return {};
  return conjunction(kept);
}

Value Simplifier::either(Value a, Value b) {
  Factors left = factors(a), right = factors(b);
  if (all_implied(left, right))
    return b;
  if (all_implied(right, left))
    return a;
  // p & q | p & !q
  Factors common, l, r;
  for (Value f : left)
    (llvm::is_contained(right, f) ? common : l).push_back(f);
  for (Value g : right)
    if (!llvm::is_contained(common, g))
      r.push_back(g);
  if (l.size() == 1 && r.size() == 1 && opposite(l[0], r[0]))
    return conjunction(common);
  return {};
}

Value Simplifier::chosen(arith::SelectOp op) {
  Value c = op.getCondition(), t = op.getTrueValue(), f = op.getFalseValue();
  auto x = constant_of(t), y = constant_of(f);
  if (x && y)
    return x->isOne() == y->isOne() ? t : x->isOne() ? c : inverse(c);
  if (x)
    return x->isOne() ? build_.either(c, f) : build_.both(inverse(c), f);
  if (y)
    return y->isOne() ? build_.either(inverse(c), t) : build_.both(c, t);
  return {};
}

// A bit beside constants compared with a constant is that bit, or its inverse, or decided.
Value Simplifier::tested(arith::CmpIOp op) {
  using P = arith::CmpIPredicate;
  auto k = constant_of(op.getRhs());
  if (!k || (op.getPredicate() != P::eq && op.getPredicate() != P::ne))
    return {};
  Value left = op.getLhs(), bit;
  unsigned place = 0, at = 0;
  llvm::APInt rest(k->getBitWidth(), 0);
  auto concat = left.getDefiningOp<ConcatOp>();
  auto parts =
      concat ? Factors(concat.getValues().begin(), concat.getValues().end()) : Factors{left};
  for (Value v : parts) {
    if (auto c = constant_of(v))
      rest.insertBits(*c, at);
    else if (bit || width_of(v) != 1)
      return {};
    else
      bit = v, place = at;
    at += width_of(v);
  }
  if (!bit)
    return {};
  bool equal = op.getPredicate() == P::eq, one = (*k)[place];
  k->clearBit(place);
  if (*k != rest)
    return build_.constant(1, !equal);
  return one == equal ? bit : inverse(bit);
}

// Conditions that choose the same value are one; zero is what comes if nothing is chosen.
Value Simplifier::grouped(MuxOp op) {
  if (!mlir::isa<mlir::IntegerType>(op.getResult().getType()))
    return {};
  std::vector<Value> conditions, values;
  for (auto [c, v] : llvm::zip(op.getConditions(), op.getValues())) {
    if (auto k = constant_of(v); k && k->isZero())
      continue;
    if (auto k = constant_of(c); k && k->isZero())
      continue;
    auto same = llvm::find(values, v);
    if (same == values.end()) {
      conditions.push_back(c);
      values.push_back(v);
    } else {
      Value& joined = conditions[std::size_t(same - values.begin())];
      joined = build_.either(joined, c);
    }
  }
  if (values.empty())
    return build_.constant(width_of(op.getResult()), 0);
  if (values.size() == op.getValues().size())
    return {};
  return build_.mux(conditions, values);
}

struct Pass : impl::SimplifyLogicBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Simplifier(program).run();
  }
};

} // namespace
} // namespace pw::ir
