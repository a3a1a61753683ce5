#include "ir/passes/access_group.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

bool is_constant(Value v, bool one) {
  auto c = v ? constant_of(v) : std::nullopt;
  return c && c->isOne() == one;
}

} // namespace

AccessGroup::AccessGroup(AccessOp first, Build& build, Exclusion& exclusion, bool bold)
    : build_(build), exclusion_(exclusion), absent_(*first->getBlock(), build),
      present_(*first->getBlock(), build), bold_(bold), inserted_(build.constant(1, 0)),
      removed_(build.constant(1, 0)), enable_(first.getEnable()) {}

AccessGroup::Change AccessGroup::change(Cofactor& world, AccessOp a) {
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
std::optional<Value> AccessGroup::absent_after(AccessOp a) {
  Change c = change(absent_, a);
  if (!c.insert)
    return std::nullopt;
  bool may_remove = !is_constant(inserted_, false) && !is_constant(c.remove, false);
  if (may_remove && (!c.remove || !exclusion_.exclusive(inserted_, c.remove)))
    return std::nullopt;
  if (is_constant(c.insert, false))
    return inserted_;
  return is_constant(inserted_, false) ? c.insert : build_.either(inserted_, c.insert);
}

// Removals, in the world with the key. An insertion after a removal is as if the entry had stayed.
// Where nothing is known about a condition, it stays as the program has it.
std::optional<AccessGroup::After> AccessGroup::present_after(AccessOp a) {
  Change c = change(present_, a);
  After after{{}, removed_, removed_known_};
  if (!c.remove && !bold_)
    return std::nullopt;
  if (!is_constant(c.remove, false)) {
    Value remove = c.remove ? c.remove : build_.both(a.getEnable(), a.getRemove());
    after.removed = is_constant(removed_, false) ? remove : build_.either(removed_, remove);
    after.known &= bool(c.remove);
  }
  if (is_constant(after.removed, false) || is_constant(c.insert, false))
    return after;
  Value insert = c.insert ? c.insert : build_.both(a.getEnable(), a.getInsert());
  if (exclusion_.implies(after.removed, insert))
    return After{{}, build_.constant(1, 0), true};
  if (!c.insert && !bold_)
    return std::nullopt;
  after.removed = build_.both(after.removed, build_.negate(insert));
  after.known &= bool(c.insert);
  return after;
}

// An access that is not done although the first one is costs nothing; LRU maps note what is used.
bool AccessGroup::enable(AccessOp a) {
  if (exclusion_.implies(a.getEnable(), enable_))
    return true;
  Value e = absent_.of(a.getEnable());
  if (!e && a.getStamp())
    return false;
  enable_ = e ? build_.either(enable_, e) : build_.constant(1, 1);
  return true;
}

bool AccessGroup::add(AccessOp a) {
  auto inserted = absent_after(a);
  auto after = present_after(a);
  if (!inserted || !after || !enable(a))
    return false;
  auto never = [&](Value v) { return is_constant(v, false) ? build_.constant(1, 0) : Value(); };
  auto unless = [&](Value v, bool known) { return known ? build_.negate(v) : Value(); };
  absent_.settle(a, never(inserted_), never(*inserted));
  present_.settle(a, unless(removed_, removed_known_), unless(after->removed, after->known));
  after->inserted = *inserted;
  inserted_ = *inserted;
  removed_ = after->removed;
  removed_known_ = after->known;
  members_.push_back(a);
  after_.push_back(*after);
  return true;
}

// Is there an entry behind a member? In the world without the key only if there was room.
Value AccessGroup::hit(const After& after, Value found, Value hit_at_end) {
  bool never = is_constant(after.inserted, false), always = is_constant(after.removed, false);
  if (always && !never && after.inserted == inserted_)
    return hit_at_end;
  Value fresh = never ? Value() : build_.both(after.inserted, hit_at_end);
  if (always)
    return fresh ? build_.either(found, fresh) : found;
  Value kept = build_.negate(current(after.removed));
  return fresh ? build_.select(found, kept, fresh) : build_.both(found, kept);
}

Value AccessGroup::current(Value v) const {
  while (renamed_.contains(v))
    v = renamed_.lookup(v);
  return v;
}

void AccessGroup::rename(BitsOp bits, Value v) {
  bits.getResult().replaceAllUsesWith(v);
  renamed_[bits.getResult()] = v;
  dead_.push_back(bits);
}

// A handle that is used otherwise than for a comparison with null is the handle of an entry.
void AccessGroup::replace_uses(AccessOp old, Value found, Value hit, Value handle) {
  unsigned top = width_of(old.getOutcome()) - 1;
  for (mlir::Operation* user : llvm::make_early_inc_range(old.getOutcome().getUsers())) {
    auto bits = mlir::cast<BitsOp>(user);
    if (bits.getOffset() == top) {
      rename(bits, found);
    } else if (bits.getOffset() == 0 && width_of(bits.getResult()) == 1) {
      rename(bits, hit);
    } else {
      for (mlir::Operation* test : llvm::make_early_inc_range(bits.getResult().getUsers()))
        if (auto bit = mlir::dyn_cast<BitsOp>(test))
          rename(bit, hit);
      rename(bits, handle);
    }
  }
}

// What the access needs may be read only where the program finds out that the key is not there: a
// ring that says which server a new session gets, if any. Reading it always is no harm, and then
// the access doesn't wait for its own outcome.
void AccessGroup::free_reads() {
  llvm::DenseSet<mlir::Operation*> seen;
  std::vector<mlir::Operation*> work;
  auto need = [&](Value v) {
    if (mlir::Operation* op = v.getDefiningOp(); op && seen.insert(op).second)
      work.push_back(op);
  };
  for (Value v : {enable_, Value(members_.front().getKey()), inserted_, removed_})
    need(v);
  while (!work.empty()) {
    mlir::Operation* op = work.back();
    work.pop_back();
    if (mlir::isa<LoadOp, FindOp>(op))
      free_read(op);
    for (Value v : op->getOperands())
      need(v);
  }
}

void AccessGroup::free_read(mlir::Operation* op) {
  std::vector<Value> outcomes;
  for (AccessOp a : members_)
    outcomes.push_back(a.getOutcome());
  mlir::OpOperand& enable = mlir::isa<LoadOp>(op) ? mlir::cast<LoadOp>(op).getEnableMutable()
                                                  : mlir::cast<FindOp>(op).getEnableMutable();
  if (!depends_on(enable.get(), outcomes))
    return;
  Value absent = absent_.of(enable.get()), present = present_.of(enable.get());
  const bool known =
      absent && present && !depends_on(absent, outcomes) && !depends_on(present, outcomes);
  enable.set(known ? build_.either(absent, present) : build_.constant(1, 1));
}

AccessOp AccessGroup::create() {
  AccessOp first = members_.front();
  llvm::SmallVector<mlir::Location> places;
  for (AccessOp a : members_)
    places.push_back(a.getLoc());
  build_.at(mlir::FusedLoc::get(first.getContext(), places));
  std::vector<Value> operands = {first.getState(), enable_, first.getKey(), inserted_, removed_};
  if (first.getStamp())
    operands.push_back(first.getStamp());
  return build_.behind(operands).create<AccessOp>(
      build_.where(), first.getOutcome().getType(), first.getState().getType(), first.getMapAttr(),
      first.getState(), enable_, first.getKey(), inserted_, removed_, first.getStamp());
}

AccessOp AccessGroup::replace() {
  free_reads();
  AccessOp one = create();
  unsigned bits = width_of(one.getOutcome()) - 1;
  Value handle = build_.bits(one.getOutcome(), 0, bits);
  Value found = build_.bits(one.getOutcome(), bits, 1), end = build_.bits(one.getOutcome(), 0, 1);
  Value before = found;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Value now = hit(after_[i], found, end);
    replace_uses(members_[i], before, now, handle);
    before = now;
  }
  members_.front().getResult().replaceAllUsesWith(one.getResult());
  for (AccessOp a : llvm::ArrayRef(members_).drop_front())
    a.getResult().replaceAllUsesWith(a.getState());
  for (BitsOp b : llvm::reverse(dead_))
    b.erase();
  for (AccessOp a : llvm::reverse(members_))
    a.erase();
  return one;
}

} // namespace pw::ir
