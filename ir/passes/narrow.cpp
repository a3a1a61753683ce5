// Arithmetic only as wide as it must be: bits that are known to be zero, or that nobody looks at,
// are left out.
//
//   %s = addi %a, %b : i64   (both below 2^16)   =>   %t = addi : i17; %s = extui %t
#include "ir/passes/build.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_NARROW
#include "ir/passes/passes.h.inc"

namespace {

using llvm::APInt;
using mlir::Value;
namespace arith = mlir::arith;

class Narrower {
public:
  explicit Narrower(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    for (mlir::Operation& op : block_)
      if (op.getNumResults() && op.getResult(0).getType().isInteger())
        most_[op.getResult(0)] = bound(op);
    for (mlir::Operation& op : llvm::reverse(block_))
      demand(op);
    for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
      build_.at(op.getLoc());
      if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op))
        narrow(compare);
      else if (op.getNumResults() == 1 && shrinks(op))
        narrow(op);
    }
  }

private:
  static bool shrinks(mlir::Operation& op) {
    return mlir::isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::AndIOp, arith::OrIOp,
                     arith::XOrIOp, arith::SelectOp, MuxOp>(op);
  }
  APInt bound(mlir::Operation& op);
  APInt bound_of_logic(mlir::Operation& op, unsigned width);
  APInt most(Value v) const { return most_.lookup(v); }
  void demand(mlir::Operation& op);
  void want(Value v, unsigned bits) {
    wanted_[v] = std::max(wanted_.lookup(v), std::min(bits, width_of(v)));
  }
  void narrow(mlir::Operation& op);
  void narrow(arith::CmpIOp op);
  Value low(Value v, unsigned width);

  mlir::Block& block_;
  Build build_;
  llvm::DenseMap<Value, APInt> most_;      // largest value, unsigned
  llvm::DenseMap<Value, unsigned> wanted_; // low bits that someone looks at
};

APInt filled(const APInt& x) { return APInt::getLowBitsSet(x.getBitWidth(), x.getActiveBits()); }

APInt Narrower::bound_of_logic(mlir::Operation& op, unsigned width) {
  APInt a = most(op.getOperand(0)), b = most(op.getOperand(1)), all = APInt::getAllOnes(width);
  bool over = false;
  if (mlir::isa<arith::AddIOp>(op)) {
    APInt s = a.uadd_ov(b, over);
    return over ? all : s;
  }
  if (mlir::isa<arith::MulIOp>(op)) {
    APInt m = a.umul_ov(b, over);
    return over ? all : m;
  }
  if (mlir::isa<arith::AndIOp>(op))
    return llvm::APIntOps::umin(a, b);
  if (mlir::isa<arith::OrIOp, arith::XOrIOp>(op))
    return filled(llvm::APIntOps::umax(a, b));
  auto by = constant_of(op.getOperand(1));
  if (mlir::isa<arith::ShRUIOp>(op))
    return by ? a.lshr(by->getLimitedValue(width)) : a;
  if (mlir::isa<arith::ShLIOp>(op) && by && by->ult(width) && a.countl_zero() >= by->getZExtValue())
    return a.shl(*by);
  return all;
}

APInt Narrower::bound(mlir::Operation& op) {
  unsigned width = width_of(op.getResult(0));
  APInt all = APInt::getAllOnes(width);
  if (auto c = constant_of(op.getResult(0)))
    return *c;
  if (mlir::isa<arith::ExtUIOp, arith::TruncIOp>(op)) {
    APInt x = most(op.getOperand(0));
    return x.getActiveBits() > width ? all : x.zextOrTrunc(width);
  }
  if (auto bits = mlir::dyn_cast<BitsOp>(op)) {
    APInt x = most(bits.getValue()).lshr(unsigned(bits.getOffset()));
    return x.getActiveBits() > width ? all : x.trunc(width);
  }
  if (auto concat = mlir::dyn_cast<ConcatOp>(op)) {
    APInt x(width, 0);
    unsigned at = 0;
    for (Value v : concat.getValues()) {
      x.insertBits(most(v), at);
      at += width_of(v);
    }
    return filled(x);
  }
  if (auto select = mlir::dyn_cast<arith::SelectOp>(op))
    return llvm::APIntOps::umax(most(select.getTrueValue()), most(select.getFalseValue()));
  if (auto mux = mlir::dyn_cast<MuxOp>(op)) {
    APInt x(width, 0);
    for (Value v : mux.getValues())
      x = llvm::APIntOps::umax(x, most(v));
    return x;
  }
  if (op.getNumOperands() == 2 && op.getOperand(0).getType() == op.getOperand(1).getType() &&
      op.getOperand(0).getType() == op.getResult(0).getType() &&
      op.getOperand(0).getType().isInteger())
    return mlir::isa<ConcatOp>(op) ? all : bound_of_logic(op, width);
  return all;
}

void Narrower::demand(mlir::Operation& op) {
  unsigned mine = op.getNumResults() == 1 && op.getResult(0).getType().isInteger()
                      ? wanted_.lookup(op.getResult(0))
                      : ~0u;
  auto left = mlir::dyn_cast<arith::ShLIOp>(op);
  if (mlir::isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::AndIOp, arith::OrIOp,
                arith::XOrIOp>(op) ||
      (left && constant_of(left.getRhs()))) {
    want(op.getOperand(0), mine);
    want(op.getOperand(1), left ? ~0u : mine);
  } else if (mlir::isa<arith::TruncIOp, arith::ExtUIOp>(op)) {
    want(op.getOperand(0), mine);
  } else if (auto select = mlir::dyn_cast<arith::SelectOp>(op)) {
    want(select.getCondition(), 1);
    want(select.getTrueValue(), mine);
    want(select.getFalseValue(), mine);
  } else if (auto mux = mlir::dyn_cast<MuxOp>(op)) {
    for (auto [c, v] : llvm::zip(mux.getConditions(), mux.getValues())) {
      want(c, 1);
      want(v, mine);
    }
  } else if (auto bits = mlir::dyn_cast<BitsOp>(op)) {
    want(bits.getValue(), unsigned(bits.getOffset()) + std::min(mine, width_of(bits.getResult())));
  } else {
    for (Value v : op.getOperands())
      if (v.getType().isInteger())
        want(v, ~0u);
  }
}

Value Narrower::low(Value v, unsigned width) {
  if (auto extended = v.getDefiningOp<arith::ExtUIOp>())
    return build_.resize(extended.getIn(), width);
  return build_.resize(v, width);
}

void Narrower::narrow(mlir::Operation& op) {
  Value result = op.getResult(0);
  unsigned width = width_of(result);
  unsigned needed = std::max(1u, wanted_.lookup(result));
  if (!mlir::isa<arith::SubIOp>(op))
    needed = std::min(needed, std::max(1u, most(result).getActiveBits()));
  if (needed >= width)
    return;
  mlir::OperationState state(op.getLoc(), op.getName());
  state.addAttributes(op.getDiscardableAttrDictionary().getValue());
  std::vector<Value> operands;
  for (Value v : op.getOperands())
    operands.push_back(v.getType() == result.getType() &&
                               !(mlir::isa<arith::SelectOp, MuxOp>(op) && width == 1)
                           ? low(v, needed)
                           : v);
  state.addOperands(operands);
  state.addTypes(mlir::IntegerType::get(op.getContext(), needed));
  mlir::Operation* small = build_.behind(operands).create(state);
  Value wide = build_.resize(small->getResult(0), width);
  most_[wide] = most(result);
  wanted_[wide] = wanted_.lookup(result);
  most_[small->getResult(0)] = most(result).trunc(needed);
  result.replaceAllUsesWith(wide);
  op.erase();
}

// With both operands below the sign bit, signed and unsigned order are the same.
void Narrower::narrow(arith::CmpIOp op) {
  using P = arith::CmpIPredicate;
  unsigned width = width_of(op.getLhs());
  unsigned needed =
      std::max({1u, most(op.getLhs()).getActiveBits(), most(op.getRhs()).getActiveBits()});
  if (needed >= width)
    return;
  static const std::map<P, P> unsigned_of = {
      {P::slt, P::ult}, {P::sle, P::ule}, {P::sgt, P::ugt}, {P::sge, P::uge}};
  auto found = unsigned_of.find(op.getPredicate());
  P how = found == unsigned_of.end() ? op.getPredicate() : found->second;
  Value a = low(op.getLhs(), needed), b = low(op.getRhs(), needed);
  Value small = build_.behind({a, b}).createOrFold<arith::CmpIOp>(op.getLoc(), how, a, b);
  most_[small] = APInt(1, 1);
  op.getResult().replaceAllUsesWith(small);
  op.erase();
}

struct Pass : impl::NarrowBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Narrower(program).run();
  }
};

} // namespace
} // namespace pw::ir
