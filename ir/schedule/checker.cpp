#include "ir/schedule/checker.h"

#include "ir/dialect/prefixes.h"
#include "ir/schedule/delays.h"
#include "ir/schedule/ports.h"

#include "llvm/ADT/SetVector.h"

#include <algorithm>
#include <map>
#include <set>

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
  void check_ports(const std::vector<AccessOp>& accesses, const PortUse& use);
  bool guards(llvm::ArrayRef<Value> handles, const std::vector<AccessOp>& accesses, unsigned r);
  bool by_key(const RegionPlan::Interlock& lock, const std::vector<AccessOp>& accesses, unsigned r);
  bool slots_by_key(const RegionPlan::Interlock& lock, const std::vector<AccessOp>& accesses,
                    unsigned distance, unsigned r);
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
  if (mlir::isa<PutOp, EventOp, ExitOp>(op) && stage + 1 != stages_)
    fail(op, "what the deparser and the event unit take must be in the last stage");
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
    auto& before = tables_[access.getMap().str()];
    for (AccessOp a : before)
      if (auto least = least_distance(a, access); least && stage_of(a) + *least > stage)
        fail(op, "accesses a table before an earlier access");
    before.push_back(access);
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
    if (lock.map.getSymName() != name || lock.distance < distance || lock.when_full)
      continue;
    auto table = tables_.find(name.str());
    bool covers =
        lock.handles.empty() ||
        (table != tables_.end() && slots_by_key(lock, table->second, distance, r)) ||
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
    auto none = constant_of(from), always = constant_of(condition);
    if ((none && none->isZero()) || (always && always->isOne()))
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

// Handles {key, condition}: one for each access that may come in another order than the packets.
bool Checker::by_key(const RegionPlan::Interlock& lock, const std::vector<AccessOp>& accesses,
                     unsigned r) {
  Following follows;
  auto covers = [&](Value handle, AccessOp a) {
    auto key = handle.getDefiningOp<ConcatOp>();
    return key && ready(key) < regions_[r].first_stage && key.getValues().size() == 2 &&
           key.getValues()[1] == a.getKey() && follows(key.getValues()[0], a.getEnable());
  };
  return llvm::all_of(accesses, [&](AccessOp a) {
    return llvm::any_of(lock.handles, [&](Value handle) { return covers(handle, a); });
  });
}

// Packets with the same slot have the same key, as long as a slot that is freed can't be another
// key's within that distance; see give_up_distant in regions.cpp.
bool Checker::slots_by_key(const RegionPlan::Interlock& lock, const std::vector<AccessOp>& accesses,
                           unsigned distance, unsigned r) {
  PortUse use(accesses);
  bool looks = llvm::any_of(accesses, [&](AccessOp a) { // those don't conflict
    return llvm::none_of(accesses, [&](AccessOp b) {
      return b.getKey() == a.getKey() && (inserts(b) || removes(b));
    });
  });
  if (looks || !by_key(lock, accesses, r) || use.slots == PortUse::Slots::NotApart)
    return false;
  return use.slots == PortUse::Slots::Apart ||
         distance <= stage_of(use.remover) - stage_of(use.main);
}

// A port has one access; the second one may only remove, others only look. LRU: one other port, for
// what comes behind the access.
void Checker::check_ports(const std::vector<AccessOp>& accesses, const PortUse& use) {
  std::set<unsigned> ports;
  for (AccessOp a : accesses) {
    unsigned port = port_of(a);
    if (!ports.insert(port).second && use.several)
      fail(*a, "two accesses of a table have the same port");
    if (port > 0 && (inserts(a) || (removes(a) && (port > 1 || a.getStamp()))))
      fail(*a, "changes a table at a port for look-ups");
    if (port > 0 && holds_prefixes(map_of(a)) && !removes(a) && !only_longest(a))
      fail(*a, "asks for one prefix at a port that finds the longest");
    if (port > 0 && a.getStamp() && (port > 1 || accesses.size() > 2 || a != accesses.back()))
      fail(*a, "is looked up in an LRU map where a packet has one look-up, behind its access");
    if (port == 0 && removes(a) && use.remover)
      fail(*a, "removes at a port while another one does");
  }
  if (use.several && !use.main)
    fail(*AccessOp(accesses[0]), "is at a port for look-ups although there is no other");
}

// A packet has a table, or the entries with its keys, for itself from its first access to its last.
// So what it finds is what earlier packets left, and slots are handed out in packet order; and
// since a slot is taken again only by a later packet, keeping the packets' accesses of a slot's
// columns in order (check_column) is enough for those. Look-ups at ports of their own need no more
// than to be in the clock that shows them what is before them, and nothing of later packets.
void Checker::check_table(const std::string& map, const std::vector<AccessOp>& accesses) {
  unsigned first = stages_, last = 0;
  PortUse use(accesses);
  bool aligned = use.several && !use.remover;
  for (AccessOp a : accesses) {
    if (map_of(a).lru() != bool(a.getStamp()))
      fail(*a, "stamps belong to LRU maps");
    first = std::min(first, stage_of(a));
    last = std::max(last, stage_of(a));
    if (use.main && a != use.main)
      aligned &= stage_of(a) ==
                 stage_of(use.main) + (a->isBeforeInBlock(use.main) || a.getStamp() ? 0 : 1);
  }
  check_ports(accesses, use);
  if (region(first) != region(last))
    return fail(*AccessOp(accesses[0]), "two accesses of a table are in different regions");
  if (!aligned && use.several && map_of(accesses[0]).lru())
    fail(*AccessOp(accesses[0]), "is not in the clock of the look-up behind it");
  if (first == last || aligned)
    return;
  bool apart = false, keyed = false, room = !use.crowds;
  unsigned r = region(first);
  for (const auto& lock : regions_[r].interlocks) {
    MapOp locked = lock.map;
    if (locked.getSymName() != map || lock.distance < last - first)
      continue;
    bool all = lock.handles.empty() || guards(lock.handles, accesses, r);
    apart |= all && !lock.when_full;
    room |= all;
    keyed |= !lock.when_full && use.several && by_key(lock, accesses, r);
  }
  if (!apart && !(keyed && room))
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
