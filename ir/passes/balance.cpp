// Chains of one associative operation become trees in which what arrives last passes the fewest
// operations.
//
//   ((a & b) & c) & d   =>   (a & b) & (c & d)
//
// A part of a chain that others use too stays for them: the tree is made only where it is faster.
#include "ir/passes/build.h"
#include "ir/passes/loops.h"
#include "ir/passes/passes.h"
#include "ir/schedule/delays.h"

#include <algorithm>
#include <cmath>

namespace pw::ir {

#define GEN_PASS_DEF_BALANCE
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;

constexpr std::size_t most_leaves = 40;
constexpr double least_gain = 0.1;

bool associative(mlir::Operation& op) {
  return mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::AddIOp>(op);
}

class Balancer {
public:
  explicit Balancer(ProgramOp program)
      : block_(program.getBody().front()), build_(block_),
        period_(schedule::usable_period(assumed_clock)) {}

  void run() {
    find_late_reads();
    for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
      if (op.getNumResults() == 0)
        continue;
      time(op);
      if (associative(op))
        balance(op);
    }
  }

private:
  // What is read in a loop of read and write counts as later than anything that the loop does not
  // wait for, whenever that comes: the way from read to write matters more than the whole.
  void find_late_reads() {
    std::vector<Loop> loops = find_loops(block_);
    std::vector<unsigned> level(loops.size(), 1);
    for (std::size_t round = 0; round < loops.size(); ++round)
      for (std::size_t i = 0; i < loops.size(); ++i)
        for (std::size_t j = 0; j < loops.size(); ++j)
          if (i != j && feeds(loops[j], loops[i]))
            level[i] = std::max(level[i], level[j] + 1);
    for (std::size_t i = 0; i < loops.size(); ++i)
      for (ReadOp read : loops[i].reads)
        late_[read] = level[i] * 1000 * period_;
  }
  static bool feeds(const Loop& from, const Loop& to) {
    return llvm::any_of(to.writes, [&](WriteOp write) {
      return from.late.contains(write.getData()) || from.late.contains(write.getEnable());
    });
  }
  // When the result is there, in ns from the first stage on, stage borders in between.
  void time(mlir::Operation& op) {
    double start = late_.lookup(&op);
    for (Value v : op.getOperands())
      start = std::max(start, time_.lookup(v));
    time_[op.getResult(0)] = after(op, start);
  }
  double after(mlir::Operation& op, double start) {
    schedule::Delay d = schedule::delay_of(&op);
    double stage = std::floor(start / period_), within = start - stage * period_;
    double needed = d.latency ? d.setup : d.through;
    if (within + needed > period_ + 1e-9) {
      ++stage;
      within = 0;
    }
    return d.latency ? (stage + d.latency) * period_ + d.arrival
                     : stage * period_ + within + needed;
  }
  std::vector<Value> leaves(mlir::Operation& op);
  void balance(mlir::Operation& op);
  Value join(mlir::Operation& like, Value a, Value b);

  mlir::Block& block_;
  Build build_;
  double period_;
  llvm::DenseMap<Value, double> time_;
  llvm::DenseMap<mlir::Operation*, double> late_;
  std::map<std::tuple<const void*, void*, void*>, Value> joined_;
};

// Opens the operand that comes last, again and again.
std::vector<Value> Balancer::leaves(mlir::Operation& op) {
  std::vector<Value> all = {op.getOperand(0), op.getOperand(1)};
  while (all.size() < most_leaves) {
    std::size_t last = all.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      mlir::Operation* from = all[i].getDefiningOp();
      if (from->getName() == op.getName() &&
          (last == all.size() || time_.lookup(all[i]) > time_.lookup(all[last])))
        last = i;
    }
    if (last == all.size())
      break;
    mlir::Operation* from = all[last].getDefiningOp();
    all[last] = from->getOperand(0);
    all.insert(all.begin() + std::ptrdiff_t(last) + 1, from->getOperand(1));
  }
  return all;
}

Value Balancer::join(mlir::Operation& like, Value a, Value b) {
  // Only the key is ordered by address: the text that comes out must not depend on it.
  const auto [low, high] = std::minmax({a.getAsOpaquePointer(), b.getAsOpaquePointer()});
  Value& v = joined_[{like.getName().getAsOpaquePointer(), low, high}];
  if (v)
    return v;
  mlir::OperationState state(build_.where(), like.getName());
  state.addOperands({a, b});
  state.addTypes(a.getType());
  mlir::Operation* op = build_.behind({a, b}).create(state);
  time(*op);
  return v = op->getResult(0);
}

void Balancer::balance(mlir::Operation& op) {
  Value result = op.getResult(0);
  std::vector<Value> all = leaves(op);
  if (all.size() < 3)
    return;
  // Would it be faster? The two that come first are joined, again and again.
  std::vector<double> times;
  for (Value v : all)
    times.push_back(time_.lookup(v));
  while (times.size() > 1) {
    std::sort(times.begin(), times.end());
    double t = after(op, times[1]);
    times.erase(times.begin(), times.begin() + 2);
    times.push_back(t);
  }
  if (times[0] > time_.lookup(result) - least_gain)
    return;
  build_.at(op.getLoc());
  auto earlier = [&](Value a, Value b) { return time_.lookup(a) < time_.lookup(b) - 1e-9; };
  std::stable_sort(all.begin(), all.end(), earlier);
  while (all.size() > 1) {
    Value v = join(op, all[0], all[1]);
    all.erase(all.begin(), all.begin() + 2);
    all.insert(std::upper_bound(all.begin(), all.end(), v, earlier), v);
  }
  result.replaceAllUsesWith(all[0]);
  time_.erase(result);
  op.erase();
}

struct Pass : impl::BalanceBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Balancer(program).run();
  }
};

} // namespace
} // namespace pw::ir
