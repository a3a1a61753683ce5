// A word that is read, has two numbers added to or subtracted from it and is written back: the
// three are first reduced to two without carries, so that one carry chain is left and the read and
// the write fit into one stage.
//
//   subi (addi %a, %b), %c   =>   with %d = ~%c:  (%a ^ %b ^ %d) + (majority(%a, %b, %d) << 1 | 1)
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_COMPRESSSUMS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;

constexpr unsigned least_width = 24; // below, two carry chains are quick enough

struct Term {
  Value of;
  bool negative;
};

bool is_sum(Value v) {
  return mlir::isa_and_nonnull<arith::AddIOp, arith::SubIOp>(v.getDefiningOp());
}

std::vector<Term> terms(mlir::Operation* sum) {
  return {{sum->getOperand(0), false}, {sum->getOperand(1), mlir::isa<arith::SubIOp>(sum)}};
}

// Three terms of which at most one is negative, or none.
std::vector<Term> three_terms(mlir::Operation* sum) {
  std::vector<Term> all = terms(sum);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!is_sum(all[i].of))
      continue;
    Term outer = all[1 - i];
    std::vector<Term> found = terms(all[i].of.getDefiningOp());
    if (all[i].negative)
      for (Term& t : found)
        t.negative = !t.negative;
    found.push_back(outer);
    if (llvm::count_if(found, [](const Term& t) { return t.negative; }) <= 1)
      return found;
  }
  return {};
}

class Compressor {
public:
  explicit Compressor(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    std::vector<WriteOp> writes(block_.getOps<WriteOp>().begin(), block_.getOps<WriteOp>().end());
    for (WriteOp write : writes)
      visit(write, write.getData());
  }

private:
  void visit(WriteOp write, Value data) {
    if (auto select = data.getDefiningOp<arith::SelectOp>()) {
      visit(write, select.getTrueValue());
      visit(write, select.getFalseValue());
    } else if (is_sum(data) && width_of(data) >= least_width) {
      compress(write, data);
    }
  }
  void compress(WriteOp write, Value sum);
  template <typename Op> Value logic(Value a, Value b) {
    return build_.behind({a, b}).createOrFold<Op>(build_.where(), a, b);
  }

  mlir::Block& block_;
  Build build_;
};

void Compressor::compress(WriteOp write, Value sum) {
  std::vector<Term> all = three_terms(sum.getDefiningOp());
  std::vector<Value> reads;
  for (auto read : block_.getOps<ReadOp>())
    if (read.getMap() == write.getMap() && read.getColumn() == write.getColumn())
      reads.push_back(read.getResult());
  if (all.empty() || reads.empty() || llvm::any_of(all, [](auto& t) { return constant_of(t.of); }))
    return;
  // A single chain remains already if only the last addition waits for the read.
  Value inner = sum.getDefiningOp()->getOperand(is_sum(sum.getDefiningOp()->getOperand(0)) ? 0 : 1);
  if (!depends_on(inner, reads))
    return;
  build_.at(sum.getLoc());
  unsigned width = width_of(sum);
  bool carry = false;
  std::vector<Value> v;
  for (const Term& t : all) {
    carry |= t.negative;
    v.push_back(t.negative
                    ? logic<arith::XOrIOp>(t.of, build_.constant(llvm::APInt::getAllOnes(width)))
                    : t.of);
  }
  Value x = logic<arith::XOrIOp>(v[0], v[1]);
  Value ones = logic<arith::XOrIOp>(x, v[2]);
  Value twos = logic<arith::OrIOp>(logic<arith::AndIOp>(v[0], v[1]), logic<arith::AndIOp>(x, v[2]));
  Value high = build_.concat({build_.constant(1, carry), build_.bits(twos, 0, width - 1)});
  Value total = logic<arith::AddIOp>(ones, high);
  sum.replaceAllUsesWith(total);
}

struct Pass : impl::CompressSumsBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Compressor(program).run();
  }
};

} // namespace
} // namespace pw::ir
