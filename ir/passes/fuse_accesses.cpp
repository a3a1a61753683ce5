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
#include "ir/dialect/prefixes.h"
#include "ir/passes/access_group.h"
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
  auto c = constant_of(v);
  return c && c->isOne() == one;
}

bool changes(AccessOp a) {
  return !is_constant(a.getInsert(), false) || !is_constant(a.getRemove(), false);
}

class Fuser {
public:
  Fuser(ProgramOp program, MapOp map)
      : block_(program.getBody().front()), build_(block_), map_(map.getSymName()),
        prefixes_(holds_prefixes(map)) {}

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
  void gather(AccessGroup& group, llvm::ArrayRef<AccessOp> all, AccessOp later);
  bool fuse_one();
  bool share_one();
  bool passes(AccessOp moved, llvm::ArrayRef<AccessOp> others);
  bool independent(AccessOp a, AccessOp b);
  void share(AccessOp a, AccessOp b, AccessOp place);

  mlir::Block& block_;
  Build build_;
  Exclusion exclusion_;
  llvm::StringRef map_;
  bool prefixes_;
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

// Those by the same key that can be done together with the first, but not `later`.
void Fuser::gather(AccessGroup& group, llvm::ArrayRef<AccessOp> all, AccessOp later) {
  AccessOp first = all[0];
  group.add(first);
  std::vector<AccessOp> left; // behind the first
  for (AccessOp a : all.drop_front())
    if (a == later || a.getKey() != first.getKey() || (prefixes_ && !only_longest(a)) ||
        !passes(a, left) || !group.add(a))
      left.push_back(a);
}

// A deletion that the value asks for may have to be left behind for the others to become one.
bool Fuser::fuse_one() {
  auto all = accesses();
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto from = llvm::ArrayRef(all).drop_front(i);
    std::vector<AccessOp> later = {AccessOp()};
    llvm::copy_if(from.drop_front(), std::back_inserter(later),
                  [](AccessOp a) { return !is_constant(a.getRemove(), false); });
    for (AccessOp deletion : later)
      for (bool bold : {true, false}) {
        AccessGroup group(all[i], build_, exclusion_, bold);
        gather(group, from, deletion);
        if (!group.complete() || group.single())
          continue;
        group.replace();
        return true;
      }
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
