// Bitwise logic of read-modify-writes that are too slow operation by operation is put into LUTs of
// six inputs here, and counts as what it then is: one level.
//
//   select %c, (select (andi %p, %q), %a, %b), %k    =>   inputs %c, %p, %q, %a, %b, %k: one LUT a
//   bit
//
// The operations stay as they are; `pw.lut` numbers those inside a LUT and `pw.lut_root` the one
// that it delivers. Cuts of the network are enumerated from the reads on, and those that are
// fastest are taken from the writes back.
#include "ir/passes/loops.h"
#include "ir/passes/passes.h"
#include "ir/schedule/delays.h"

#include <functional>

#include <algorithm>

namespace pw::ir {

#define GEN_PASS_DEF_PACKLOOPS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;

constexpr std::size_t inputs_of_lut = 6, most_cuts = 12;

struct Cut {
  llvm::SmallVector<Value, 6> leaves; // ordered by address, constants left out
  double time = 0;                    // when the result is there
  unsigned operations = 0;
};

class Packer {
public:
  Packer(const Loop& loop, std::int64_t& next) : loop_(loop), next_(next) {}

  double time(); // of the loop, packed
  void pack();

private:
  bool packable(Value v);
  double time_of(Value v);
  const std::vector<Cut>& cuts(Value v);
  std::vector<Cut> choices(Value operand);
  static std::vector<Cut> merged(const std::vector<Cut>&, const std::vector<Cut>&);
  void settle(Value v, std::vector<Cut>&);
  void cover(Value v);
  void mark(Value root, const Cut&);

  const Loop& loop_;
  std::int64_t& next_;
  llvm::DenseMap<Value, std::vector<Cut>> cuts_;
  llvm::DenseMap<Value, double> times_;
  llvm::DenseSet<Value> covered_;
};

bool Packer::packable(Value v) {
  return loop_.late.contains(v) &&
         mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::SelectOp, MuxOp>(
             v.getDefiningOp());
}

double Packer::time_of(Value v) {
  if (!loop_.late.contains(v))
    return 0;
  if (packable(v))
    return cuts(v).front().time;
  if (auto known = times_.find(v); known != times_.end())
    return known->second;
  mlir::Operation* op = v.getDefiningOp();
  schedule::Delay d = schedule::delay_of(op);
  double t = 0;
  auto read = mlir::dyn_cast<ReadOp>(op);
  if (read && llvm::is_contained(loop_.reads, read)) {
    t = d.arrival;
  } else {
    for (Value operand : op->getOperands())
      t = std::max(t, time_of(operand));
    t += d.latency ? never : d.through;
  }
  return times_[v] = t;
}

// How an operand can come into a cut: as an input, or with the logic that makes it.
std::vector<Cut> Packer::choices(Value operand) {
  if (constant_of(operand))
    return {Cut{}};
  std::vector<Cut> all;
  if (packable(operand))
    all = cuts(operand);
  all.push_back({{operand}, time_of(operand), 0});
  return all;
}

std::vector<Cut> Packer::merged(const std::vector<Cut>& a, const std::vector<Cut>& b) {
  std::vector<Cut> all;
  for (const Cut& x : a)
    for (const Cut& y : b) {
      Cut c;
      auto less = [](Value p, Value q) { return p.getAsOpaquePointer() < q.getAsOpaquePointer(); };
      std::set_union(x.leaves.begin(), x.leaves.end(), y.leaves.begin(), y.leaves.end(),
                     std::back_inserter(c.leaves), less);
      c.operations = x.operations + y.operations;
      if (c.leaves.size() <= inputs_of_lut ||
          x.operations + y.operations == 0) // an operation alone is what it is
        all.push_back(std::move(c));
    }
  return all;
}

// The fastest ones are kept; of equally fast ones those with the fewest inputs.
void Packer::settle(Value v, std::vector<Cut>& all) {
  mlir::Operation* op = v.getDefiningOp();
  for (Cut& c : all) {
    c.time = 0;
    for (Value leaf : c.leaves)
      c.time = std::max(c.time, time_of(leaf));
    ++c.operations;
    c.time += c.operations == 1 ? schedule::delay_of(op).through : schedule::lut_level;
  }
  std::stable_sort(all.begin(), all.end(), [](const Cut& a, const Cut& b) {
    if (std::abs(a.time - b.time) > 1e-9)
      return a.time < b.time;
    return a.leaves.size() < b.leaves.size();
  });
  if (all.size() > most_cuts)
    all.resize(most_cuts);
}

const std::vector<Cut>& Packer::cuts(Value v) {
  if (auto known = cuts_.find(v); known != cuts_.end())
    return known->second;
  std::vector<Cut> all = {Cut{}};
  for (Value operand : v.getDefiningOp()->getOperands())
    all = merged(all, choices(operand));
  settle(v, all);
  return cuts_[v] = std::move(all);
}

double Packer::time() {
  double longest = 0;
  for (WriteOp write : loop_.writes)
    for (Value v : {Value(write.getEnable()), Value(write.getData())})
      longest = std::max(longest, time_of(v) + schedule::delay_of(write.getOperation()).through);
  return longest;
}

void Packer::pack() {
  for (WriteOp write : loop_.writes)
    for (Value v : {Value(write.getEnable()), Value(write.getData())})
      cover(v);
}

void Packer::cover(Value v) {
  if (!loop_.late.contains(v) || !covered_.insert(v).second)
    return;
  auto read = mlir::dyn_cast<ReadOp>(v.getDefiningOp());
  if (read && llvm::is_contained(loop_.reads, read))
    return;
  if (!packable(v)) {
    for (Value operand : v.getDefiningOp()->getOperands())
      cover(operand);
    return;
  }
  Cut best = cuts(v).front();
  if (best.operations > 1)
    mark(v, best);
  for (Value leaf : best.leaves)
    cover(leaf);
}

// What is inside is made once more, since others may need it outside.
void Packer::mark(Value root, const Cut& cut) {
  mlir::Operation* op = root.getDefiningOp();
  mlir::OpBuilder builder(op);
  auto number = builder.getI64IntegerAttr(next_++);
  llvm::DenseMap<Value, Value> copies;
  std::function<Value(Value)> inside = [&](Value v) {
    if (constant_of(v) || llvm::is_contained(cut.leaves, v))
      return v;
    if (Value known = copies.lookup(v))
      return known;
    mlir::Operation* from = v.getDefiningOp();
    std::vector<Value> operands;
    for (Value operand : from->getOperands())
      operands.push_back(inside(operand));
    mlir::Operation* copy = builder.clone(*from);
    copy->setOperands(operands);
    copy->removeAttr(schedule::lut_root);
    copy->setAttr(schedule::lut_part, number);
    return copies[v] = copy->getResult(0);
  };
  std::vector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(inside(operand));
  op->setOperands(operands);
  op->setAttr(schedule::lut_root, number);
}

void erase_unused(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.use_empty() && mlir::isPure(&op) && op.getNumResults() &&
        op.getName().getDialectNamespace() == "arith")
      op.erase();
}

struct Pass : impl::PackLoopsBase<Pass> {
  void runOnOperation() override {
    const double period = schedule::usable_period(assumed_clock);
    for (auto program : getOperation().getOps<ProgramOp>()) {
      mlir::Block& block = program.getBody().front();
      std::int64_t next = 0;
      for (const Loop& loop : find_loops(block)) {
        double before = loop_time(loop);
        if (before <= period)
          continue;
        Packer packer(loop, next);
        if (packer.time() < before - 0.01)
          packer.pack();
      }
      erase_unused(block);
    }
  }
};

} // namespace
} // namespace pw::ir
