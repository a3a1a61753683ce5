// Where it depends on what is read which word is counted up, both sums are made and the choice
// comes last, so that a read and the write that depends on it fit into one stage.
//
//   write (addi (select %c, %a, %b), %k)   =>   write (select %c, (addi %a, %k), (addi %b, %k))
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_ADDFIRST
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;

class Hoister {
public:
  explicit Hoister(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    std::vector<WriteOp> writes(block_.getOps<WriteOp>().begin(), block_.getOps<WriteOp>().end());
    for (WriteOp write : writes)
      visit(write);
  }

private:
  std::vector<Value> reads_of(WriteOp write) {
    std::vector<Value> reads;
    for (auto read : block_.getOps<ReadOp>())
      if (read.getMap() == write.getMap() && read.getColumn() == write.getColumn())
        reads.push_back(read.getResult());
    return reads;
  }

  void visit(WriteOp write) {
    auto sum = write.getData().getDefiningOp<arith::AddIOp>();
    if (!sum)
      return;
    for (auto [x, k] :
         {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())}) {
      auto choice = x.getDefiningOp<arith::SelectOp>();
      if (!choice)
        continue;
      std::vector<Value> reads = reads_of(write);
      if (reads.empty() || depends_on(k, reads) || !depends_on(choice.getCondition(), reads))
        continue;
      build_.at(sum.getLoc());
      Value t = build_.add(choice.getTrueValue(), k), f = build_.add(choice.getFalseValue(), k);
      Value last = build_.select(choice.getCondition(), t, f);
      write.getDataMutable().assign(last);
      return;
    }
  }

  mlir::Block& block_;
  Build build_;
};

struct Pass : impl::AddFirstBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Hoister(program).run();
  }
};

} // namespace
} // namespace pw::ir
