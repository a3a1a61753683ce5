#include "ir/schedule/checker.h"

#include "ir/schedule/delays.h"

#include "llvm/ADT/SetVector.h"

#include <algorithm>
#include <map>

namespace pw::schedule {

using namespace pw::ir;
using mlir::Value;

namespace {

// One access to a column, as the hardware does it.
struct Touch {
  mlir::Operation* op;
  Value handle;
  unsigned issued, touched;
  bool write;
};

class Checker {
public:
  Checker(ProgramOp program, const StageOf& stage, const std::vector<RegionPlan>& regions,
          unsigned stages, double period)
      : program_(program), stage_(stage), regions_(regions), stages_(stages), period_(period) {}

  std::vector<std::string> run() {
    for (mlir::Operation& op : program_.getBody().front())
      if (!mlir::isa<mlir::arith::ConstantOp, StateOp>(op))
        check_operation(op);
    for (auto& [column, touches] : columns_)
      check_column(touches);
    for (auto& [map, accesses] : tables_)
      check_table(map, accesses);
    return std::move(broken_);
  }

private:
  void check_operation(mlir::Operation& op);
  double arrival(mlir::Operation& op, unsigned stage);
  void check_ends(mlir::Operation& op, unsigned stage);
  void check_order(mlir::Operation& op, unsigned stage);
  void check_lut(mlir::Operation& root);
  void check_column(const std::vector<Touch>& touches);
  void check_table(const std::string& map, const std::vector<AccessOp>& accesses);
  bool guards(llvm::ArrayRef<Value> handles, const std::vector<AccessOp>& accesses, unsigned r);
  void check_interlock(const std::vector<Touch>& touches, unsigned distance);
  bool alias(const Touch& a, const Touch& b);
  unsigned region(unsigned stage) const;
  unsigned stage_of(mlir::Operation* op) const { return stage_.lookup(op); }
  unsigned ready(mlir::Operation* op) const { return stage_of(op) + delay_of(op).latency; }
  void fail(mlir::Operation& op, const std::string& rule) {
    broken_.push_back(op.getName().getStringRef().str() + " in stage " +
                      std::to_string(stage_of(&op)) + ": " + rule);
  }

  ProgramOp program_;
  const StageOf& stage_;
  const std::vector<RegionPlan>& regions_;
  unsigned stages_;
  double period_;
  std::vector<std::string> broken_;
  llvm::DenseMap<mlir::Operation*, double>
      time_; // when a result is there, within the stage it is made in
  std::map<std::pair<std::string, unsigned>, std::vector<Touch>> columns_;
  std::map<std::string, std::vector<AccessOp>> tables_;
};

unsigned Checker::region(unsigned stage) const {
  unsigned r = 0;
  while (r + 1 < regions_.size() && regions_[r + 1].first_stage <= stage)
    ++r;
  return r;
}

double Checker::arrival(mlir::Operation& op, unsigned stage) {
  double latest = 0;
  for (Value v : op.getOperands()) {
    mlir::Operation* from = v.getDefiningOp();
    if (mlir::isa<mlir::arith::ConstantOp>(from) || mlir::isa<StateType>(v.getType()))
      continue;
    if (ready(from) > stage)
      fail(op, "an operand is not there yet");
    if (ready(from) == stage)
      latest = std::max(latest, time_.lookup(from));
  }
  return latest;
}

void Checker::check_operation(mlir::Operation& op) {
  if (!stage_.count(&op))
    return fail(op, "has no stage");
  unsigned stage = stage_of(&op);
  Delay d = delay_of(&op);
  double start = arrival(op, stage), end = start + (d.latency ? d.setup : d.through);
  if (end > period_ + 1e-9)
    fail(op, "logic is slower than the clock");
  time_[&op] = d.latency ? d.arrival : end;
  if (stage + d.latency >= stages_)
    fail(op, "ends behind the last stage");
  if (d.latency && region(stage) != region(stage + d.latency))
    fail(op, "is cut by the border of a region");
  check_ends(op, stage);
  check_order(op, stage);
  if (op.hasAttr(lut_root))
    check_lut(op);
  else if (op.hasAttr(lut_part) && op.use_empty())
    fail(op, "is inside a LUT that delivers nothing");
}

void Checker::check_ends(mlir::Operation& op, unsigned stage) {
  if (mlir::isa<FieldOp, InputOp>(op) && stage != 0)
    fail(op, "what comes with the packet must be taken in stage 0");
  if (mlir::isa<PutOp, ExitOp>(op) && stage + 1 != stages_)
    fail(op, "what the deparser takes must be in the last stage");
}

// A LUT has six inputs; what is inside is seen by nobody outside.
void Checker::check_lut(mlir::Operation& root) {
  auto number = root.getAttr(lut_root);
  llvm::SetVector<mlir::Operation*> inside;
  llvm::SetVector<Value> inputs;
  inside.insert(&root);
  for (unsigned i = 0; i < inside.size(); ++i)
    for (Value v : inside[i]->getOperands()) {
      mlir::Operation* from = v.getDefiningOp();
      if (from->getAttr(lut_part) == number)
        inside.insert(from);
      else if (!mlir::isa<mlir::arith::ConstantOp>(from))
        inputs.insert(v);
    }
  if (inputs.size() > 6)
    fail(root, "a LUT has more than six inputs");
  for (mlir::Operation* op : inside) {
    if (stage_of(op) != stage_of(&root))
      fail(*op, "is in another stage than its LUT");
    if (!mlir::isa<mlir::arith::AndIOp, mlir::arith::OrIOp, mlir::arith::XOrIOp,
                   mlir::arith::SelectOp, MuxOp>(op))
      fail(*op, "is nothing for a LUT");
    for (mlir::Operation* user : op->getUsers())
      if (op != &root && !inside.contains(user))
        fail(*op, "is inside a LUT and used outside");
  }
}

// Reads see the writes that come before them in the chain of states, and none that comes after.
void Checker::check_order(mlir::Operation& op, unsigned stage) {
  if (auto access = mlir::dyn_cast<AccessOp>(op)) {
    if (auto before = access.getState().getDefiningOp<AccessOp>();
        before && stage_of(before) >= stage)
      fail(op, "accesses a table before an earlier access");
    tables_[access.getMap().str()].push_back(access);
  }
  auto read = mlir::dyn_cast<ReadOp>(op);
  auto write = mlir::dyn_cast<WriteOp>(op);
  if (!read && !write)
    return;
  Value state = read ? read.getState() : write.getState();
  unsigned touched = ready(&op);
  for (auto before = state.getDefiningOp<WriteOp>(); before;
       before = before.getState().getDefiningOp<WriteOp>())
    if (stage_of(before) + (read ? 1 : 0) > stage) // of two writes in one stage the later one wins
      fail(op, "touches a map before an earlier write");
  if (write)
    for (mlir::Operation* user : write.getState().getUsers())
      if (mlir::isa<ReadOp>(user) && ready(user) > stage)
        fail(op, "writes before an earlier read");
  auto column = read ? read.getColumn() : write.getColumn();
  auto map = (read ? read.getMap() : write.getMap()).str();
  columns_[{map, unsigned(column)}].push_back(
      {&op, read ? read.getHandle() : write.getHandle(), stage, touched, bool(write)});
}

bool Checker::alias(const Touch& a, const Touch& b) {
  auto x = constant_of(a.handle), y = constant_of(b.handle);
  return !x || !y || *x == *y;
}

// Packets overlap: for two accesses in different stages one of which writes, an interlock must
// stand between packets.
void Checker::check_column(const std::vector<Touch>& touches) {
  for (std::size_t i = 0; i < touches.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Touch &a = touches[i], &b = touches[j];
      if ((!a.write && !b.write) || a.touched == b.touched || !alias(a, b))
        continue;
      check_interlock({a, b},
                      a.touched > b.touched ? a.touched - b.touched : b.touched - a.touched);
    }
}

// Whatever a handle is chosen from must be among the keys.
bool covered(Value handle, llvm::ArrayRef<Value> keys) {
  if (llvm::is_contained(keys, handle))
    return true;
  mlir::Operation* op = handle.getDefiningOp();
  if (auto c = constant_of(handle))
    return c->isZero();
  if (mlir::isa<mlir::arith::SelectOp>(op))
    return covered(op->getOperand(1), keys) && covered(op->getOperand(2), keys);
  if (auto mux = mlir::dyn_cast<MuxOp>(op))
    return llvm::all_of(mux.getValues(), [&](Value v) { return covered(v, keys); });
  return false;
}

void Checker::check_interlock(const std::vector<Touch>& pair, unsigned distance) {
  unsigned r = region(pair[0].issued);
  if (region(pair[1].issued) != r)
    return fail(*pair[0].op, "two accesses of a written column are in different regions");
  auto name = pair[0].op->getAttrOfType<mlir::FlatSymbolRefAttr>("map").getValue();
  for (auto lock : regions_[r].interlocks) {
    if (lock.map.getSymName() != name || lock.distance < distance)
      continue;
    auto table = tables_.find(name.str());
    bool covers =
        lock.handles.empty() ||
        (table != tables_.end() && guards(lock.handles, table->second, r)) ||
        llvm::all_of(pair, [&](const Touch& t) { return covered(t.handle, lock.handles); });
    bool known = llvm::all_of(lock.handles, [&](Value h) {
      return h.getDefiningOp() && ready(h.getDefiningOp()) < regions_[r].first_stage;
    });
    if (covers && known)
      return;
  }
  fail(*pair[0].op, "no interlock keeps packets apart by " + std::to_string(distance));
}

// Does a condition hold whenever another one does, by what they are made of?
class Following {
public:
  bool operator()(Value condition, Value from) {
    auto [at, fresh] = known_.try_emplace({condition, from}, false);
    if (!fresh)
      return at->second;
    bool result = decide(condition, from);
    return known_[{condition, from}] = result;
  }

private:
  bool decide(Value condition, Value from) {
    if (condition == from)
      return true;
    auto none = constant_of(from);
    if (none && none->isZero())
      return true;
    if (auto both = condition.getDefiningOp<mlir::arith::AndIOp>())
      return (*this)(both.getLhs(), from) && (*this)(both.getRhs(), from);
    if (auto either = from.getDefiningOp<mlir::arith::OrIOp>())
      return (*this)(condition, either.getLhs()) && (*this)(condition, either.getRhs());
    if (auto both = from.getDefiningOp<mlir::arith::AndIOp>())
      if ((*this)(condition, both.getLhs()) || (*this)(condition, both.getRhs()))
        return true;
    auto either = condition.getDefiningOp<mlir::arith::OrIOp>();
    return either && ((*this)(either.getLhs(), from) || (*this)(either.getRhs(), from));
  }

  llvm::DenseMap<std::pair<Value, Value>, bool> known_;
};

// A handle {0, condition}: the same for all packets that access the table.
bool Checker::guards(llvm::ArrayRef<Value> handles, const std::vector<AccessOp>& accesses,
                     unsigned r) {
  auto guard = handles.size() == 1 ? handles[0].getDefiningOp<ConcatOp>() : ConcatOp();
  if (!guard || ready(guard) >= regions_[r].first_stage)
    return false;
  for (Value v : guard.getValues().drop_front())
    if (auto c = constant_of(v); !c || !c->isZero())
      return false;
  Value condition = guard.getValues()[0];
  Following follows;
  return width_of(condition) == 1 &&
         llvm::all_of(accesses, [&](AccessOp a) { return follows(condition, a.getEnable()); });
}

// A packet has a table for itself from its first access to its last. So what it finds is what
// earlier packets left, and slots are handed out in packet order; and since a slot is taken again
// only by a later packet, keeping the packets' accesses of a slot's columns in order (check_column)
// is enough for those.
void Checker::check_table(const std::string& map, const std::vector<AccessOp>& accesses) {
  unsigned first = stages_, last = 0;
  for (AccessOp a : accesses) {
    if (map_of(a).lru() != bool(a.getStamp()))
      fail(*a, "stamps belong to LRU maps");
    first = std::min(first, stage_of(a));
    last = std::max(last, stage_of(a));
  }
  if (first == last)
    return;
  if (region(first) != region(last))
    return fail(*AccessOp(accesses[0]), "two accesses of a table are in different regions");
  for (const auto& lock : regions_[region(first)].interlocks) {
    MapOp locked = lock.map;
    bool all = lock.handles.empty() || guards(lock.handles, accesses, region(first));
    if (locked.getSymName() == map && all && lock.distance >= last - first)
      return;
  }
  fail(*AccessOp(accesses[0]),
       "no interlock keeps packets out of a table for " + std::to_string(last - first));
}

} // namespace

std::vector<std::string> check_schedule(ProgramOp program, const StageOf& stage,
                                        const std::vector<RegionPlan>& regions, unsigned stages,
                                        double period) {
  return Checker(program, stage, regions, stages, period).run();
}

} // namespace pw::schedule
