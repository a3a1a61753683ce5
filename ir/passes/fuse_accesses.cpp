// Accesses of one table by the same key become one access, which looks the key up, inserts it if it
// is not there and removes it if it is.
//
//   %a = access @m[%k] insert 0 if %p                  %a = access @m[%k] insert %p if %p
//   %b = access @m[%k] insert 1 if (%p & !hit(%a))  => found(%a), hit(%a)
//
// When to insert is asked only where the key is not there, when to remove only where it is. So what
// counts of a condition is its cofactor; as long as that is free of the access's own outcome (and
// of what is loaded by its handle), one access does. Then accesses on paths that exclude each other
// share one by choosing the key.
#include "ir/passes/build.h"
#include "ir/passes/cofactor.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"

namespace pw::ir {

#define GEN_PASS_DEF_FUSEACCESSES
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;
namespace arith = mlir::arith;

bool is_constant(Value v, bool one) {
  auto c = v ? constant_of(v) : std::nullopt;
  return c && c->isOne() == one;
}

bool changes(AccessOp a) {
  return !is_constant(a.getInsert(), false) || !is_constant(a.getRemove(), false);
}

// Never true without reason.
bool implies(Value a, Value b) {
  if (a == b || is_constant(b, true) || is_constant(a, false))
    return true;
  if (auto both = a.getDefiningOp<arith::AndIOp>())
    return implies(both.getLhs(), b) || implies(both.getRhs(), b);
  if (auto either = a.getDefiningOp<arith::OrIOp>())
    return implies(either.getLhs(), b) && implies(either.getRhs(), b);
  return false;
}

// Accesses by one key that are to become one. For each world (the key was there before the packet,
// or not) it follows whether the key is there now.
class Group {
public:
  Group(AccessOp first, Build& build, Exclusion& exclusion)
      : build_(build), exclusion_(exclusion), absent_(*first->getBlock(), build),
        present_(*first->getBlock(), build), inserted_(build.constant(1, 0)),
        kept_(build.constant(1, 1)), enable_(first.getEnable()) {}

  bool add(AccessOp);
  bool single() const { return members_.size() < 2; }
  const std::vector<AccessOp>& accesses() const { return members_; }
  AccessOp replace();

private:
  // What is known behind an access.
  struct After {
    Value inserted, kept;
  };
  struct Change {
    Value insert, remove; // null: not known
  };

  Change change(Cofactor&, AccessOp);
  std::optional<Value> absent_after(AccessOp);
  std::optional<Value> present_after(AccessOp);
  bool enable(AccessOp);
  Value hit(const After&, Value found, Value hit_at_end);
  void replace_uses(AccessOp old, Value found, Value hit, Value handle);

  Build& build_;
  Exclusion& exclusion_;
  Cofactor absent_, present_;
  Value inserted_, kept_; // so far, in the world without the key and in the one with it
  Value enable_;
  std::vector<AccessOp> members_;
  std::vector<After> after_;
};

Group::Change Group::change(Cofactor& world, AccessOp a) {
  auto when = [&](Value what) {
    if (is_constant(what, false))
      return what;
    Value e = world.of(a.getEnable()), w = world.of(what);
    if (is_constant(e, false) || is_constant(w, false))
      return build_.constant(1, 0);
    return e && w ? build_.both(e, w) : Value();
  };
  return {when(a.getInsert()), when(a.getRemove())};
}

// Insertions on the way, in the world without the key. What this packet has inserted it can't
// remove again: the table does one thing a packet.
std::optional<Value> Group::absent_after(AccessOp a) {
  Change c = change(absent_, a);
  if (!c.insert)
    return std::nullopt;
  bool may_remove = !is_constant(inserted_, false) && !is_constant(c.remove, false);
  if (may_remove && (!c.remove || !exclusion_.exclusive(inserted_, c.remove)))
    return std::nullopt;
  return is_constant(c.insert, false)    ? inserted_
         : is_constant(inserted_, false) ? c.insert
                                         : build_.either(inserted_, c.insert);
}

// Removals, in the world with the key. An insertion after a removal is as if the entry had stayed.
std::optional<Value> Group::present_after(AccessOp a) {
  Change c = change(present_, a);
  if (!c.remove)
    return std::nullopt;
  Value left = kept_;
  if (!is_constant(c.remove, false))
    left = build_.both(kept_, build_.negate(c.remove));
  if (is_constant(left, true))
    return left;
  if (!c.insert)
    return std::nullopt;
  return is_constant(c.insert, false) ? left : build_.either(left, c.insert);
}

// An access that is not done although the first one is costs nothing; LRU maps note what is used.
bool Group::enable(AccessOp a) {
  if (implies(a.getEnable(), enable_))
    return true;
  Value e = absent_.of(a.getEnable());
  if (!e && a.getStamp())
    return false;
  enable_ = e ? build_.either(enable_, e) : build_.constant(1, 1);
  return true;
}

bool Group::add(AccessOp a) {
  auto inserted = absent_after(a);
  auto kept = present_after(a);
  if (!inserted || !kept || !enable(a))
    return false;
  Value none = build_.constant(1, 0);
  auto certain = [&](Value v) { return is_constant(v, false) ? none : Value(); };
  absent_.settle(a, certain(inserted_), certain(*inserted));
  present_.settle(a, kept_, *kept);
  inserted_ = *inserted;
  kept_ = *kept;
  members_.push_back(a);
  after_.push_back({inserted_, kept_});
  return true;
}

// Is there an entry behind a member? In the world without the key only if there was room.
Value Group::hit(const After& after, Value found, Value hit_at_end) {
  bool never = is_constant(after.inserted, false), always = is_constant(after.kept, true);
  if (always && !never && after.inserted == inserted_)
    return hit_at_end;
  Value fresh = never ? Value() : build_.both(after.inserted, hit_at_end);
  if (always)
    return fresh ? build_.either(found, fresh) : found;
  return fresh ? build_.select(found, after.kept, fresh) : build_.both(found, after.kept);
}

// A handle that is used otherwise than for a comparison with null is the handle of an entry.
void Group::replace_uses(AccessOp old, Value found, Value hit, Value handle) {
  unsigned top = width_of(old.getOutcome()) - 1;
  for (mlir::Operation* user : llvm::make_early_inc_range(old.getOutcome().getUsers())) {
    auto bits = mlir::cast<BitsOp>(user);
    Value v = bits.getOffset() == top                                    ? found
              : bits.getOffset() == 0 && width_of(bits.getResult()) == 1 ? hit
                                                                         : handle;
    if (v == handle)
      for (mlir::Operation* test : llvm::make_early_inc_range(bits.getResult().getUsers()))
        if (auto bit = mlir::dyn_cast<BitsOp>(test)) {
          bit.getResult().replaceAllUsesWith(hit);
          bit.erase();
        }
    bits.getResult().replaceAllUsesWith(v);
    bits.erase();
  }
}

AccessOp Group::replace() {
  AccessOp first = members_.front();
  llvm::SmallVector<mlir::Location> places;
  for (AccessOp a : members_)
    places.push_back(a.getLoc());
  build_.at(mlir::FusedLoc::get(first.getContext(), places));
  Value remove = is_constant(kept_, true) ? build_.constant(1, 0) : build_.negate(kept_);
  std::vector<Value> operands = {first.getState(), enable_, first.getKey(), inserted_, remove};
  if (first.getStamp())
    operands.push_back(first.getStamp());
  mlir::OpBuilder& builder = build_.behind(operands);
  auto one = builder.create<AccessOp>(
      build_.where(), first.getOutcome().getType(), first.getState().getType(), first.getMapAttr(),
      first.getState(), enable_, first.getKey(), inserted_, remove, first.getStamp());
  unsigned bits = width_of(one.getOutcome()) - 1;
  Value handle = build_.bits(one.getOutcome(), 0, bits);
  Value found = build_.bits(one.getOutcome(), bits, 1), end = build_.bits(one.getOutcome(), 0, 1);
  Value before = found;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Value now = hit(after_[i], found, end);
    replace_uses(members_[i], before, now, handle);
    before = now;
  }
  first.getResult().replaceAllUsesWith(one.getResult());
  for (AccessOp a : llvm::ArrayRef(members_).drop_front())
    a.getResult().replaceAllUsesWith(a.getState());
  for (AccessOp a : llvm::reverse(members_))
    a.erase();
  return one;
}

class Fuser {
public:
  Fuser(ProgramOp program, MapOp map)
      : block_(program.getBody().front()), build_(block_), map_(map.getSymName()) {}

  // Two accesses become one; false if there are none to take.
  bool step() {
    test_choices();
    name_entries();
    if (!fuse_one() && !share_one())
      return false;
    sort_block(block_);
    return true;
  }

private:
  std::vector<AccessOp> accesses();
  bool handle_of_map(Value);
  void test_choices();
  Value hit(Value handle);
  void name_entries();
  Value entry(Value handle);
  bool fuse_one();
  bool share_one();
  bool passes(AccessOp moved, llvm::ArrayRef<AccessOp> others);
  bool independent(AccessOp a, AccessOp b);
  void share(AccessOp a, AccessOp b, AccessOp place);

  mlir::Block& block_;
  Build build_;
  Exclusion exclusion_;
  llvm::StringRef map_;
  llvm::DenseMap<Value, Value> known_;
};

// In the order of the table's states.
std::vector<AccessOp> Fuser::accesses() {
  std::vector<AccessOp> all;
  auto first = llvm::find_if(block_.getOps<AccessOp>(), [&](AccessOp a) {
    return a.getMap() == map_ && a.getState().getDefiningOp<StateOp>();
  });
  if (first == block_.getOps<AccessOp>().end())
    return all;
  for (AccessOp a = *first; a;) {
    all.push_back(a);
    AccessOp next;
    for (mlir::Operation* user : a.getResult().getUsers())
      if (auto found = mlir::dyn_cast<AccessOp>(user))
        next = found;
    a = next;
  }
  return all;
}

bool Fuser::handle_of_map(Value v) {
  if (auto select = v.getDefiningOp<arith::SelectOp>())
    return handle_of_map(select.getTrueValue()) || handle_of_map(select.getFalseValue());
  if (auto mux = v.getDefiningOp<MuxOp>())
    return llvm::any_of(mux.getValues(), [&](Value m) { return handle_of_map(m); });
  auto bits = v.getDefiningOp<BitsOp>();
  auto access = bits ? bits.getValue().getDefiningOp<AccessOp>() : AccessOp();
  return access && access.getMap() == map_;
}

// Whether a chosen handle is null is a choice among single bits.
void Fuser::test_choices() {
  std::vector<BitsOp> tests;
  for (auto bits : block_.getOps<BitsOp>())
    if (bits.getOffset() == 0 && width_of(bits.getResult()) == 1 &&
        bits.getValue().getDefiningOp<AccessOp>() == nullptr && handle_of_map(bits.getValue()))
      tests.push_back(bits);
  for (BitsOp test : tests) {
    build_.at(test.getLoc());
    Value v = hit(test.getValue());
    if (v == test.getResult())
      continue;
    test.getResult().replaceAllUsesWith(v);
    test.erase();
  }
  known_.clear();
}

Value Fuser::hit(Value handle) {
  if (Value v = known_.lookup(handle))
    return v;
  Value result;
  auto when = [&](Value c, Value h) {
    Value inner = hit(h);
    return is_constant(inner, false) ? Value() : build_.both(c, inner);
  };
  if (auto select = handle.getDefiningOp<arith::SelectOp>()) {
    Value c = select.getCondition();
    Value t = when(c, select.getTrueValue());
    Value f = when(build_.negate(c), select.getFalseValue());
    result = t && f ? build_.either(t, f) : t ? t : f;
  } else if (auto mux = handle.getDefiningOp<MuxOp>()) {
    for (auto [c, h] : llvm::zip(mux.getConditions(), mux.getValues()))
      if (Value v = when(c, h))
        result = build_.either(result, v);
  } else {
    result = build_.bits(handle, 0, 1);
  }
  if (!result)
    result = build_.constant(1, 0);
  return known_[handle] = result;
}

// No path loads or stores by the handle of nothing, so where one is chosen the choice is void.
void Fuser::name_entries() {
  std::vector<mlir::OpOperand*> uses;
  for (mlir::Operation& op : block_) {
    if (auto load = mlir::dyn_cast<LoadOp>(op); load && load.getMap() == map_)
      uses.push_back(&load.getHandleMutable());
    if (auto store = mlir::dyn_cast<StoreOp>(op); store && store.getMap() == map_)
      uses.push_back(&store.getHandleMutable());
  }
  for (mlir::OpOperand* use : uses) {
    build_.at(use->getOwner()->getLoc());
    use->set(entry(use->get()));
  }
  known_.clear();
}

Value Fuser::entry(Value handle) {
  if (Value v = known_.lookup(handle))
    return v;
  auto nothing = [](Value v) {
    auto c = constant_of(v);
    return c && c->isZero();
  };
  Value result = handle;
  if (auto select = handle.getDefiningOp<arith::SelectOp>()) {
    Value t = entry(select.getTrueValue()), f = entry(select.getFalseValue());
    result = nothing(t) || t == f ? f : nothing(f) ? t : build_.select(select.getCondition(), t, f);
  } else if (auto mux = handle.getDefiningOp<MuxOp>()) {
    std::vector<Value> conditions, values;
    for (auto [c, h] : llvm::zip(mux.getConditions(), mux.getValues()))
      if (Value v = entry(h); !nothing(v)) {
        conditions.push_back(c);
        values.push_back(v);
      }
    if (!values.empty())
      result = llvm::all_equal(values) ? values[0] : build_.mux(conditions, values);
  }
  return known_[handle] = result;
}

// May an access be done before others of the packet that come before it?
bool Fuser::passes(AccessOp moved, llvm::ArrayRef<AccessOp> others) {
  return llvm::all_of(others, [&](AccessOp other) {
    return (!changes(moved) && !changes(other)) ||
           exclusion_.exclusive(moved.getEnable(), other.getEnable());
  });
}

bool Fuser::fuse_one() {
  auto all = accesses();
  for (std::size_t i = 0; i < all.size(); ++i) {
    Group group(all[i], build_, exclusion_);
    group.add(all[i]);
    std::vector<AccessOp> left; // behind the first
    for (std::size_t j = i + 1; j < all.size(); ++j)
      if (all[j].getKey() != all[i].getKey() || !passes(all[j], left) || !group.add(all[j]))
        left.push_back(all[j]);
    if (group.single())
      continue;
    group.replace();
    return true;
  }
  return false;
}

bool Fuser::independent(AccessOp a, AccessOp b) {
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)})
    for (Value v :
         {Value(x.getKey()), Value(x.getEnable()), Value(x.getInsert()), Value(x.getRemove())})
      if (depends_on(v, {y.getOutcome()}))
        return false;
  return true;
}

bool Fuser::share_one() {
  auto all = accesses();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      AccessOp a = all[i], b = all[j];
      if (!exclusion_.exclusive(a.getEnable(), b.getEnable()) || !independent(a, b))
        continue;
      auto between = llvm::ArrayRef(all).slice(i + 1, j - i - 1);
      if (!passes(b, between) && !passes(a, between))
        continue;
      share(a, b, passes(b, between) ? a : b);
      return true;
    }
  return false;
}

void Fuser::share(AccessOp a, AccessOp b, AccessOp place) {
  build_.at(mlir::FusedLoc::get(a.getContext(), {a.getLoc(), b.getLoc()}));
  Value key = build_.select(b.getEnable(), b.getKey(), a.getKey());
  Value enable = build_.either(a.getEnable(), b.getEnable());
  auto any = [&](Value in_a, Value in_b) {
    Value x = build_.both(a.getEnable(), in_a), y = build_.both(b.getEnable(), in_b);
    return is_constant(x, false) ? y : is_constant(y, false) ? x : build_.either(x, y);
  };
  Value insert = any(a.getInsert(), b.getInsert()), remove = any(a.getRemove(), b.getRemove());
  std::vector<Value> operands = {key, enable, insert, remove, place.getState()};
  if (a.getStamp())
    operands.push_back(a.getStamp());
  auto one = build_.behind(operands).create<AccessOp>(
      build_.where(), a.getOutcome().getType(), a.getState().getType(), a.getMapAttr(),
      place.getState(), enable, key, insert, remove, a.getStamp());
  for (AccessOp old : {b, a}) {
    old.getOutcome().replaceAllUsesWith(one.getOutcome());
    old.getResult().replaceAllUsesWith(old == place ? one.getResult() : old.getState());
    old.erase();
  }
}

struct Pass : impl::FuseAccessesBase<Pass> {
  void runOnOperation() override {
    mlir::IRRewriter rewriter(&getContext());
    mlir::DominanceInfo dominance;
    for (auto program : getOperation().getOps<ProgramOp>())
      for (auto map : getOperation().getOps<MapOp>())
        if (map.is("table"))
          while (Fuser(program, map).step())
            mlir::eliminateCommonSubExpressions(rewriter, dominance, program);
  }
};

} // namespace
} // namespace pw::ir
