#include "ir/passes/groups.h"

#include "ir/passes/exclusion.h"

#include "llvm/ADT/DenseSet.h"

#include <algorithm>

namespace pw::ir {

using mlir::Value;

namespace {

bool same_place(const Place& a, const Place& b) {
  return a.handle == b.handle && a.index == b.index;
}

bool differ(Value a, Value b) {
  if (!a || !b)
    return false;
  auto x = constant_of(a), y = constant_of(b);
  return x && y && *x != *y;
}

bool may_alias(const Place& a, const Place& b) {
  return !differ(a.handle, b.handle) && !differ(a.index, b.index);
}

bool has_place(const Group& g, const Place& p) {
  return same_place(g.place, p) ||
         llvm::any_of(g.others, [&](const Place& q) { return same_place(q, p); });
}

class Former {
public:
  explicit Former(const std::vector<bool>& merge) : merge_(merge) {}

  void add(Member& m) {
    std::vector<Group>& open = open_[m.column];
    bool stale = false;
    for (std::size_t i = open.size(); i-- > 0;)
      if (!has_place(open[i], m.place) && !open[i].stores.empty() && may_meet(open[i], m)) {
        close(m.column, i);
        stale = true;
      }
    auto mine = std::find_if(open.begin(), open.end(),
                             [&](const Group& g) { return has_place(g, m.place); });
    if (mine != open.end() && (stale || taken_elsewhere(*mine, m))) {
      close(m.column, std::size_t(mine - open.begin()));
      mine = open.end();
    }
    if (mine != open.end() && !settle(*mine, m)) {
      close(m.column, std::size_t(mine - open.begin()));
      mine = open.end();
    }
    if (mine == open.end())
      mine = join(m);
    if (mine == open.end())
      mine = begin(m);
    m.stores_before = mine->stores.size();
    mine->members.push_back(&m);
    if (m.access->store)
      mine->stores.push_back(&m);
    else
      loads_[m.access->op->getResult(0)] = {m.column, mine->id};
  }

  std::vector<Group> take() {
    for (auto& [column, open] : open_)
      while (!open.empty())
        close(column, 0);
    return std::move(done_);
  }

private:
  using Groups = std::vector<Group>;

  bool excludes(const Group& g, const Member& m) {
    return llvm::all_of(g.members, [&](const Member* n) {
      return exclusion_.exclusive(n->counts(), m.access->enable);
    });
  }

  bool may_meet(const Group& g, const Member& m) {
    bool alias = may_alias(g.place, m.place) ||
                 llvm::any_of(g.others, [&](const Place& p) { return may_alias(p, m.place); });
    return alias && !excludes(g, m);
  }

  // A joined group may be at another of its places when this access happens.
  bool taken_elsewhere(const Group& g, const Member& m) {
    return llvm::any_of(g.members, [&](const Member* n) {
      return !same_place(n->place, m.place) && !exclusion_.exclusive(n->counts(), m.counts());
    });
  }

  // An access whether or not which is done depends on what its own group read must have no part in
  // choosing among the group's places. What it says besides is enough if it is exclusive still.
  bool settle(Group& g, Member& m) {
    Value enable = m.access->enable;
    const bool adds_nothing = llvm::any_of(g.members, [&](const Member* n) {
      return same_place(n->place, m.place) && exclusion_.implies(enable, n->counts());
    });
    if (adds_nothing || !reads_of(m, g.id, {enable}))
      return true;
    m.when = weakened(m, g.id, enable);
    if (m.when && !taken_elsewhere(g, m))
      return true;
    m.when = {};
    g.alone = g.others.empty();
    return g.alone;
  }

  // A conjunct of a condition that doesn't depend on what the group reads; null if there is none.
  Value weakened(const Member& m, unsigned group, Value condition) {
    auto both = condition.getDefiningOp<mlir::arith::AndIOp>();
    if (!both)
      return {};
    for (Value part : {both.getLhs(), both.getRhs()})
      if (!reads_of(m, group, {part}))
        return part;
    for (Value part : {both.getLhs(), both.getRhs()})
      if (Value found = weakened(m, group, part))
        return found;
    return {};
  }

  // An open group on paths that exclude this one, if that makes no value depend on itself.
  Groups::iterator join(const Member& m) {
    auto& open = open_[m.column];
    if (!merge_[m.column] || writes_[m.column])
      return open.end();
    for (auto g = open.begin(); g != open.end(); ++g)
      if (!g->alone && !g->place.index == !m.place.index && excludes(*g, m) && !needs(m, g->id)) {
        g->others.push_back(m.place);
        return g;
      }
    return open.end();
  }

  bool needs(const Member& m, unsigned group) {
    std::vector<Value> work;
    add_needs(m, work);
    return reads_of(m, group, std::move(work));
  }

  // Does what an access needs depend on what a group reads, by way of other groups too? The map's
  // own states say nothing of it: each column will have states of its own. What a load gets comes
  // from its group, and from those that wrote the column before.
  bool reads_of(const Member& m, unsigned group, std::vector<Value> work) {
    llvm::DenseSet<Value> seen;
    const mlir::Type own = state_of(m);
    while (!work.empty()) {
      Value v = work.back();
      work.pop_back();
      if (!seen.insert(v).second)
        continue;
      if (auto load = loads_.find(v); load != loads_.end()) {
        auto [column, id] = load->second;
        if (id == group)
          return true;
        for (const Group& g : open_[column])
          if (g.id == id)
            add_needs(g, work);
        for (const Group& g : done_)
          if (g.column == column)
            add_needs(g, work);
      }
      for (Value operand : v.getDefiningOp()->getOperands())
        if (operand.getType() != own)
          work.push_back(operand);
    }
    return false;
  }

  static void add_needs(const Member& m, std::vector<Value>& work) {
    for (Value v : {m.place.handle, m.place.index, m.access->enable})
      if (v)
        work.push_back(v);
  }

  static void add_needs(const Group& g, std::vector<Value>& work) {
    for (const Member* m : g.members) {
      add_needs(*m, work);
      if (m->access->store)
        work.push_back(m->access->data);
    }
  }

  static mlir::Type state_of(const Member& m) {
    for (Value operand : m.access->op->getOperands())
      if (mlir::isa<StateType>(operand.getType()))
        return operand.getType();
    return {};
  }

  Groups::iterator begin(const Member& m) {
    Group g;
    g.id = next_++;
    g.column = m.column;
    g.place = m.place;
    g.place.shift = {};
    g.place.byte = 0;
    g.writes_before = writes_[m.column];
    open_[m.column].push_back(std::move(g));
    return std::prev(open_[m.column].end());
  }

  void close(unsigned column, std::size_t i) {
    auto& open = open_[column];
    if (!open[i].stores.empty())
      ++writes_[column];
    done_.push_back(std::move(open[i]));
    open.erase(open.begin() + std::ptrdiff_t(i));
  }

  const std::vector<bool>& merge_;
  Exclusion exclusion_;
  unsigned next_ = 0;
  std::map<unsigned, Groups> open_; // by column
  std::map<unsigned, std::size_t> writes_;
  llvm::DenseMap<Value, std::pair<unsigned, unsigned>> loads_; // column and group
  std::vector<Group> done_;
};

} // namespace

std::vector<Group> form_groups(std::vector<Member>& members, const std::vector<bool>& merge) {
  Former former(merge);
  for (Member& m : members)
    former.add(m);
  return former.take();
}

// A store after a load of the same place adds nothing to when the place is that one; and as it may
// depend on what was loaded it must not.
void merge_places(Group& g, Build& build) {
  Exclusion exclusion;
  for (const Place& p : g.others) {
    Value enable;
    for (const Member* m : g.members)
      if (same_place(m->place, p) && !(enable && exclusion.implies(m->access->enable, enable)))
        enable = build.either(enable, m->counts());
    g.place.handle = build.select(enable, p.handle, g.place.handle);
    if (p.index)
      g.place.index = build.select(enable, p.index, g.place.index);
  }
}

} // namespace pw::ir
