#include "ir/schedule/regions.h"

#include "ir/dialect/prefixes.h"
#include "ir/schedule/ports.h"

#include "support/diagnostic.h"

#include <algorithm>
#include <map>
#include <set>

namespace pw::schedule {

using namespace pw::ir;
using mlir::Value;

namespace {

// In which stage an access touches the memory.
int touches(const Problem& p, const std::vector<int>& stage, unsigned n) {
  return stage[n] + int(p.nodes[n].delay.latency);
}

Value handle_of(mlir::Operation* op) {
  if (auto read = mlir::dyn_cast<ReadOp>(op))
    return read.getHandle();
  return mlir::cast<WriteOp>(op).getHandle();
}

constexpr std::size_t most_keys = 16; // an interlock compares each with each

// A handle chosen among others is one of them: those may be known long before the choice.
void add_keys(Value handle, std::vector<Value>& keys) {
  if (auto c = constant_of(handle); (c && c->isZero()) || llvm::is_contained(keys, handle))
    return; // the handle of nothing
  if (auto select = handle.getDefiningOp<mlir::arith::SelectOp>()) {
    add_keys(select.getTrueValue(), keys);
    add_keys(select.getFalseValue(), keys);
  } else if (auto mux = handle.getDefiningOp<MuxOp>()) {
    for (Value v : mux.getValues())
      add_keys(v, keys);
  } else {
    keys.push_back(handle);
  }
}

// Slots known when compiling are apart from each other, unless some handle is not known.
void add_hazards(const Problem& p, const ColumnAccesses& a, std::vector<Hazard>& all) {
  if (a.writes.empty())
    return;
  std::vector<unsigned> nodes = a.reads;
  nodes.insert(nodes.end(), a.writes.begin(), a.writes.end());
  std::map<std::string, Hazard> classes;
  bool all_constant = llvm::all_of(
      nodes, [&](unsigned n) { return constant_of(handle_of(p.nodes[n].op)).has_value(); });
  for (unsigned n : nodes) {
    Value handle = handle_of(p.nodes[n].op);
    auto fixed = constant_of(handle);
    llvm::SmallString<32> key;
    if (all_constant)
      fixed->toStringUnsigned(key);
    Hazard& h = classes[key.str().str()];
    h.map = a.map;
    h.column = a.column;
    h.accesses.push_back(n);
    add_keys(handle, h.handles);
  }
  for (auto& [key, h] : classes) {
    bool written =
        llvm::any_of(h.accesses, [&](unsigned n) { return mlir::isa<WriteOp>(p.nodes[n].op); });
    h.keyed = h.handles.size() <= most_keys &&
              llvm::none_of(h.handles, [](Value v) { return constant_of(v).has_value(); });
    if (written && h.accesses.size() > 1)
      all.push_back(std::move(h));
  }
}

std::vector<AccessOp> ops_of(const Problem& p, const std::vector<unsigned>& accesses) {
  std::vector<AccessOp> ops;
  for (unsigned n : accesses)
    ops.push_back(mlir::cast<AccessOp>(p.nodes[n].op));
  return ops;
}

// From its first access of a table to its last a packet has the table, or the entries with its
// keys, for itself.
void add_hazard(const Problem& p, const TableAccesses& a, std::vector<Hazard>& all) {
  Hazard h;
  MapOp map = a.map;
  h.map = map;
  h.table = true;
  h.accesses = a.accesses;
  const PortUse use(ops_of(p, a.accesses));
  h.aligned = use.aligned;
  h.guard = p.guards.lookup(map.getSymName());
  h.handles = p.keys.lookup(map.getSymName()).handles;
  h.looks = p.keys.lookup(map.getSymName()).looks;
  h.by_key = !h.handles.empty();
  h.crowds = h.by_key && use.crowds;
  if (!h.by_key && h.guard && !h.aligned)
    h.handles.push_back(h.guard);
  h.keyed = !h.handles.empty();
  all.push_back(std::move(h));
}

// Accesses that come long after packets were let into the region make the table's stash large,
// since all packets on the way may need it: more than so many stages are too many.
constexpr int most_reserve = 8;

bool inserts(const Problem& p, const Hazard& h) {
  MapOp map = h.map;
  return h.table && !holds_prefixes(map) && llvm::any_of(h.accesses, [&](unsigned n) {
           auto c = constant_of(mlir::cast<AccessOp>(p.nodes[n].op).getInsert());
           return !c || !c->isZero();
         });
}

struct Crossing {
  unsigned node;     // something in flight
  unsigned entrance; // that cuts it
};

class Planner {
public:
  Planner(const Problem& p, const std::vector<int>& bounds) : base_(p), bounds_(bounds) {
    for (const ColumnAccesses& a : accesses_by_column(p))
      add_hazards(p, a, all_);
    for (const TableAccesses& a : accesses_by_table(p))
      add_hazard(p, a, all_);
    open_.resize(all_.size());
  }
  Plan run();

private:
  bool attempt(Plan& plan);
  void add_entrance(Problem& p, Hazard& h);
  bool solve(Plan& plan);
  std::vector<Crossing> crossings(const Plan& plan) const;
  bool open_more(const Plan& plan);
  bool move_fronts(const Plan& plan);
  void loosen(std::size_t round);
  void give_up_key(Hazard& h);
  bool give_up_distant(const Plan& plan);
  bool guarded(const Hazard& h) const;

  const Problem& base_;
  std::vector<int> bounds_;
  std::vector<Hazard> all_;
  std::vector<bool> open_; // needs an entrance
  bool fronts_ = true;     // entrances may be moved to the first access of a table
};

void Planner::add_entrance(Problem& p, Hazard& h) {
  h.entrance = unsigned(p.nodes.size());
  p.nodes.emplace_back();
  p.constraints.push_back({0, h.entrance, 0});
  for (unsigned n : h.accesses)
    p.constraints.push_back({h.entrance, n, 0});
  if (h.front)
    p.fix(h.entrance, h.accesses[0]);
  if (!h.keyed)
    return;
  std::vector<Value> early = h.handles;
  if (h.crowds && h.guard)
    early.push_back(h.guard);
  for (Value handle : early) {
    unsigned n = p.node_of.at(handle.getDefiningOp());
    p.constraints.push_back({n, h.entrance, int(p.nodes[n].delay.latency) + 1});
  }
}

bool Planner::solve(Plan& plan) {
  std::vector<int> bounds = bounds_;
  if (!bounds.empty())
    bounds.resize(plan.problem.nodes.size(), 0);
  auto stage = earliest(plan.problem, bounds);
  if (stage)
    plan.stage = std::move(*stage);
  return stage.has_value();
}

std::vector<Crossing> Planner::crossings(const Plan& plan) const {
  std::vector<Crossing> found;
  const Problem& p = plan.problem;
  for (const Hazard& cut : plan.hazards) {
    int b = plan.stage[cut.entrance];
    for (unsigned n = 1; n < p.nodes.size(); ++n)
      if (plan.stage[n] < b && b <= touches(p, plan.stage, n) && p.nodes[n].delay.latency)
        found.push_back({n, cut.entrance});
    for (const Hazard& h : plan.hazards) {
      auto span = [&](unsigned n) { return plan.stage[n] >= b; };
      bool some = llvm::any_of(h.accesses, span), every = llvm::all_of(h.accesses, span);
      for (unsigned n : h.accesses)
        if (some && !every && plan.stage[n] < b)
          found.push_back({n, cut.entrance});
    }
  }
  return found;
}

bool Planner::attempt(Plan& plan) {
  plan = {base_, {}, {}, {}};
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (open_[i]) {
      add_entrance(plan.problem, all_[i]);
      plan.hazards.push_back(all_[i]);
    } else {
      plan.closed.push_back(all_[i]);
    }
  while (solve(plan)) {
    auto crossed = crossings(plan);
    if (crossed.empty())
      return true;
    for (auto [node, entrance] : crossed)
      plan.problem.constraints.push_back({entrance, node, 0});
  }
  return false;
}

bool Planner::open_more(const Plan& plan) {
  bool more = false;
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (!open_[i] && all_[i].distance(plan.problem, plan.stage) > 0)
      more = open_[i] = true;
  return more;
}

// The table's accesses in their regions, by how many packets may be on the way to them.
bool Planner::move_fronts(const Plan& plan) {
  bool more = false;
  for (std::size_t i = 0; i < all_.size() && fronts_; ++i) {
    if (all_[i].front || !inserts(base_, all_[i]))
      continue;
    int first = plan.stage[all_[i].accesses[0]], start = 0, reserve = 0;
    for (const Hazard& h : plan.hazards)
      if (plan.stage[h.entrance] <= first)
        start = std::max(start, plan.stage[h.entrance]);
    for (unsigned n : all_[i].accesses)
      if (port_of(mlir::cast<AccessOp>(base_.nodes[n].op)) == 0)
        reserve += plan.stage[n] - start + 1;
    if (reserve > most_reserve && first > start)
      more = all_[i].front = open_[i] = true;
  }
  return more;
}

// Packets with the same entry have the same key; a packet that does not access a table has no
// handle for its columns either.
void Planner::give_up_key(Hazard& h) {
  MapOp map = h.map;
  Value guard = base_.guards.lookup(map.getSymName());
  auto keys = base_.keys.lookup(map.getSymName()).handles;
  if (!h.table && !h.by_key && !keys.empty() && !guarded(h)) {
    h.handles = keys;
    h.looks = base_.keys.lookup(map.getSymName()).looks;
    h.by_key = true;
    return;
  }
  h.by_key = h.crowds = false;
  h.looks = 0;
  if (!h.table && guard && !guarded(h))
    h.handles = {guard};
  else
    h.keyed = false;
}

// A slot that one packet frees may be another key's for the next one. Keys keep those two apart
// only where a deletion comes long enough after the packet's first access.
bool Planner::give_up_distant(const Plan& plan) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    Hazard& h = all_[i];
    if (h.table || !h.by_key || !open_[i])
      continue;
    MapOp map = h.map;
    auto table = llvm::find_if(all_, [&](Hazard& t) { return t.table && t.map == map; });
    const PortUse use(ops_of(base_, table->accesses));
    int within = use.remover ? plan.stage[base_.node_of.at(use.remover)] -
                                   plan.stage[base_.node_of.at(use.main)]
                             : 0;
    bool kept =
        use.slots == PortUse::Slots::Apart || (use.slots == PortUse::Slots::ApartByDistance &&
                                               h.distance(plan.problem, plan.stage) <= within);
    if (kept && table->by_key && h.looks == 0)
      continue;
    give_up_key(h);
    return true;
  }
  return false;
}

bool Planner::guarded(const Hazard& h) const {
  MapOp map = h.map;
  return h.handles.size() == 1 && h.handles[0] == base_.guards.lookup(map.getSymName());
}

// A key that depends on what the region itself reads can't be known at its entrance.
void Planner::loosen(std::size_t round) {
  if (llvm::any_of(all_, [](const Hazard& h) { return h.front; })) {
    fronts_ = false;
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (std::exchange(all_[i].front, false) && all_[i].accesses.size() < 2)
        open_[i] = false;
    return;
  }
  // Those last that every packet would wait for.
  auto rank = [&](const Hazard& h) { return h.table ? 2 : guarded(h) || h.by_key ? 1 : 0; };
  for (int last = 0; last < 3; ++last)
    for (std::size_t i = all_.size(); i-- > 0;)
      if (open_[i] && all_[i].keyed && rank(all_[i]) == last) {
        give_up_key(all_[i]);
        return;
      }
  throw Failure(diagnose("PW-INT-001", "no regions satisfy the order of map accesses (round " +
                                           std::to_string(round) + ")"));
}

Plan Planner::run() {
  Plan plan;
  for (std::size_t round = 0;; ++round) {
    if (!attempt(plan)) {
      loosen(round);
      continue;
    }
    if (!open_more(plan) && !move_fronts(plan) && !give_up_distant(plan))
      return plan;
  }
}

} // namespace

int Hazard::distance(const Problem& p, const std::vector<int>& stage) const {
  if (aligned)
    return 0;
  int first = touches(p, stage, accesses[0]), last = first;
  for (unsigned n : accesses) {
    first = std::min(first, touches(p, stage, n));
    last = std::max(last, touches(p, stage, n));
  }
  return last - first;
}

Plan plan_regions(const Problem& p, const std::vector<int>& lower_bounds) {
  return Planner(p, lower_bounds).run();
}

static void add_interlock(RegionPlan& region, RegionPlan::Interlock lock) {
  auto same = llvm::find_if(region.interlocks, [&](const RegionPlan::Interlock& l) {
    MapOp a = l.map, b = lock.map;
    return a == b && l.handles == lock.handles && l.when_full == lock.when_full;
  });
  if (same != region.interlocks.end())
    same->distance = std::max(same->distance, lock.distance);
  else
    region.interlocks.push_back(std::move(lock));
}

// The interlock stands at the entrance of the region that the accesses are in: behind it nothing
// may close up.
std::vector<RegionPlan> regions_of(const Plan& plan) {
  std::set<unsigned> starts = {0};
  for (const Hazard& h : plan.hazards)
    starts.insert(unsigned(plan.stage[h.entrance]));
  std::vector<RegionPlan> regions;
  for (unsigned s : starts)
    regions.push_back({s, {}});
  for (const Hazard& h : plan.hazards) {
    int distance = h.distance(plan.problem, plan.stage);
    if (distance == 0)
      continue;
    int first = plan.stage[h.accesses[0]];
    for (unsigned n : h.accesses)
      first = std::min(first, plan.stage[n]);
    auto region = std::find_if(regions.rbegin(), regions.rend(),
                               [&](const RegionPlan& r) { return int(r.first_stage) <= first; });
    RegionPlan::Interlock lock{h.map, unsigned(distance), {}};
    if (h.crowds) {
      if (h.guard)
        lock.handles = {h.guard};
      lock.when_full = true;
      add_interlock(*region, lock);
      lock.when_full = false;
    }
    lock.handles = h.keyed ? h.handles : std::vector<Value>();
    add_interlock(*region, lock);
  }
  return regions;
}

} // namespace pw::schedule
