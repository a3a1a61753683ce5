#include "ir/passes/loops.h"

#include "ir/schedule/delays.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

#include <algorithm>
#include <map>

namespace pw::ir {

using mlir::Value;

namespace {

struct Column {
  std::vector<ReadOp> reads;
  std::vector<WriteOp> writes;
  llvm::BitVector from, placed_from; // columns that its data, or the place of its accesses, need
};

class Finder {
public:
  explicit Finder(mlir::Block& block) : block_(block) {}
  std::vector<Loop> run();

private:
  void number_columns();
  void follow();
  void note(Column&, mlir::Operation&, llvm::ArrayRef<Value> place);
  void close_over();
  Loop loop_of(const llvm::BitVector& members);
  std::pair<std::string, std::uint64_t> key(mlir::Operation& op) {
    return {op.getAttrOfType<mlir::FlatSymbolRefAttr>("map").getValue().str(),
            std::uint64_t(op.getAttrOfType<mlir::IntegerAttr>("column").getInt())};
  }
  unsigned column_of(mlir::Operation& op) { return numbers_.at(key(op)); }

  mlir::Block& block_;
  std::map<std::pair<std::string, std::uint64_t>, unsigned> numbers_;
  std::vector<Column> columns_;
  std::vector<llvm::BitVector> reach_; // by column: columns that it depends on, directly or not
  llvm::DenseMap<Value, llvm::BitVector> depends_;
};

// Columns in the order of their first read; those that are only written can't be in a circle.
void Finder::number_columns() {
  for (auto read : block_.getOps<ReadOp>()) {
    auto [at, fresh] = numbers_.try_emplace(key(*read), unsigned(columns_.size()));
    if (fresh)
      columns_.emplace_back();
    columns_[at->second].reads.push_back(read);
  }
  for (Column& c : columns_)
    c.from = c.placed_from = llvm::BitVector(unsigned(columns_.size()));
}

void Finder::note(Column& c, mlir::Operation& op, llvm::ArrayRef<Value> place) {
  for (Value v : op.getOperands())
    if (auto d = depends_.find(v); d != depends_.end())
      c.from |= d->second;
  for (Value v : place)
    if (auto d = depends_.find(v); v && d != depends_.end())
      c.placed_from |= d->second;
}

void Finder::follow() {
  for (mlir::Operation& op : block_) {
    auto read = mlir::dyn_cast<ReadOp>(op);
    auto write = mlir::dyn_cast<WriteOp>(op);
    if (write && numbers_.count(key(op))) {
      Column& c = columns_[column_of(op)];
      c.writes.push_back(write);
      note(c, op, {write.getHandle(), write.getIndex()});
      continue;
    }
    llvm::BitVector mine;
    for (Value v : op.getOperands())
      if (auto d = depends_.find(v); d != depends_.end())
        mine |= d->second;
    if (read) {
      Column& c = columns_[column_of(op)];
      note(c, op, {read.getHandle(), read.getIndex(), read.getEnable()});
      mine.resize(unsigned(columns_.size()));
      mine.set(column_of(op));
    }
    if (mine.any())
      for (Value v : op.getResults())
        depends_[v] = mine;
  }
}

void Finder::close_over() {
  for (const Column& c : columns_)
    reach_.push_back(c.from);
  for (unsigned k = 0; k < reach_.size(); ++k)
    for (llvm::BitVector& r : reach_)
      if (r.test(k))
        r |= reach_[k];
}

Loop Finder::loop_of(const llvm::BitVector& members) {
  Loop loop;
  for (unsigned c : members.set_bits()) {
    llvm::append_range(loop.reads, columns_[c].reads);
    llvm::append_range(loop.writes, columns_[c].writes);
  }
  for (auto& [v, d] : depends_)
    if (d.anyCommon(members))
      loop.late.insert(v);
  return loop;
}

std::vector<Loop> Finder::run() {
  number_columns();
  follow();
  close_over();
  std::vector<Loop> loops;
  llvm::BitVector done(unsigned(columns_.size()));
  for (unsigned c = 0; c < columns_.size(); ++c) {
    if (done.test(c) || !reach_[c].test(c))
      continue;
    llvm::BitVector members(unsigned(columns_.size()));
    for (unsigned d : reach_[c].set_bits())
      if (reach_[d].test(c))
        members.set(d);
    done |= members;
    bool placed = llvm::any_of(
        members.set_bits(), [&](unsigned d) { return columns_[d].placed_from.anyCommon(members); });
    if (!placed)
      loops.push_back(loop_of(members));
  }
  return loops;
}

} // namespace

std::vector<Loop> find_loops(mlir::Block& block) { return Finder(block).run(); }

double arrival(Value v, const Loop& loop, llvm::DenseMap<Value, double>& known) {
  if (!loop.late.contains(v))
    return 0;
  if (auto found = known.find(v); found != known.end())
    return found->second;
  mlir::Operation* op = v.getDefiningOp();
  schedule::Delay d = schedule::delay_of(op);
  double t = 0;
  if (auto read = mlir::dyn_cast<ReadOp>(op); read && llvm::is_contained(loop.reads, read)) {
    t = d.arrival;
  } else {
    for (Value operand : op->getOperands())
      t = std::max(t, arrival(operand, loop, known));
    t += d.latency ? never : d.through;
  }
  return known[v] = t;
}

double loop_time(const Loop& loop) {
  llvm::DenseMap<Value, double> known;
  double longest = 0;
  for (WriteOp write : loop.writes)
    for (Value v : {Value(write.getEnable()), Value(write.getData())})
      if (loop.late.contains(v))
        longest = std::max(longest, arrival(v, loop, known) +
                                        schedule::delay_of(write.getOperation()).through);
  return longest;
}

} // namespace pw::ir
