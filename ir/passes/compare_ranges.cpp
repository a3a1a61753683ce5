// "Less than %c since %b" with %b read from a map: two comparisons side by side instead of a
// subtraction and a comparison in a row, so that a read and the write that depends on it fit into
// one stage.
//
//   ult (subi %a, %b), %c   =>   %b lies in (%a - %c, %a], around the end if %a < %c
#include "ir/passes/build.h"
#include "ir/passes/passes.h"

#include "llvm/ADT/DenseSet.h"

#include <set>

namespace pw::ir {

#define GEN_PASS_DEF_COMPARERANGES
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;
using P = arith::CmpIPredicate;

class Opener {
public:
  explicit Opener(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    for (auto write : block_.getOps<WriteOp>())
      written_.insert(column(write.getMap(), write.getColumn()));
    for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
      mark(op);
      if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op))
        open(compare);
    }
  }

private:
  static std::pair<std::string, std::uint64_t> column(llvm::StringRef map, std::uint64_t c) {
    return {map.str(), c};
  }
  // What depends on a column that the program writes.
  void mark(mlir::Operation& op) {
    auto read = mlir::dyn_cast<ReadOp>(op);
    bool late = read ? written_.count(column(read.getMap(), read.getColumn())) != 0
                     : llvm::any_of(op.getOperands(), [&](Value v) { return late_.contains(v); });
    for (Value v : op.getResults())
      if (late && v.getType().isInteger())
        late_.insert(v);
  }
  void open(arith::CmpIOp op);
  Value compare(P how, Value a, Value b) {
    return build_.behind({a, b}).createOrFold<arith::CmpIOp>(build_.where(), how, a, b);
  }

  mlir::Block& block_;
  Build build_;
  std::set<std::pair<std::string, std::uint64_t>> written_;
  llvm::DenseSet<Value> late_;
};

void Opener::open(arith::CmpIOp op) {
  auto difference = op.getLhs().getDefiningOp<arith::SubIOp>();
  bool less = op.getPredicate() == P::ult;
  if (!difference || (!less && op.getPredicate() != P::uge))
    return;
  Value a = difference.getLhs(), b = difference.getRhs(), c = op.getRhs();
  if (late_.contains(a) || late_.contains(c) || !late_.contains(b))
    return;
  build_.at(op.getLoc());
  Value begin = build_.behind({a, c}).createOrFold<arith::SubIOp>(op.getLoc(), a, c);
  Value before_end = compare(P::ule, b, a), behind_begin = compare(P::ugt, b, begin);
  Value inside = build_.select(compare(P::ult, a, c), build_.either(before_end, behind_begin),
                               build_.both(before_end, behind_begin));
  if (!less) {
    Value one = build_.constant(1, 1);
    inside = build_.behind({inside, one}).createOrFold<arith::XOrIOp>(op.getLoc(), inside, one);
  }
  late_.insert(inside);
  late_.erase(op.getResult());
  op.getResult().replaceAllUsesWith(inside);
  op.erase();
}

struct Pass : impl::CompareRangesBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Opener(program).run();
  }
};

} // namespace
} // namespace pw::ir
