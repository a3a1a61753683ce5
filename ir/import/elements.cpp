// A pointer from a hash is an element. An update of its key puts another element in its place, a
// deletion takes it away: from then on what is written through the old pointer is lost, and what is
// read is what was there. Here both are one slot of a column, so such stores are masked, and such
// loads are done before the update stores.
#include "ir/import/importer.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"

namespace pw::ir {

using mlir::Value;
using P = mlir::arith::CmpIPredicate;
namespace arith = mlir::arith;

namespace {

bool is_true(Value v) {
  auto c = constant_of(v);
  return c && c->isOne();
}

bool is_false(Value v) {
  auto c = constant_of(v);
  return c && c->isZero();
}

AccessOp access_of(Value handle) {
  auto bits = handle.getDefiningOp<BitsOp>();
  return bits ? bits.getValue().getDefiningOp<AccessOp>() : AccessOp();
}

} // namespace

bool Importer::may_follow(llvm::BasicBlock* before, llvm::BasicBlock* after) {
  auto [known, fresh] = behind_.try_emplace(before);
  llvm::DenseSet<llvm::BasicBlock*>& behind = known->second;
  std::vector<llvm::BasicBlock*> work;
  if (fresh)
    work.push_back(before);
  while (!work.empty()) {
    llvm::BasicBlock* b = work.back();
    work.pop_back();
    if (behind.insert(b).second)
      work.insert(work.end(), llvm::succ_begin(b), llvm::succ_end(b));
  }
  return behind.contains(after);
}

// `replaces`: if there was an element under the key, it is not in the table any more.
void Importer::note_replaced(unsigned index, const Outcome& out, Value replaces) {
  if (!is_false(replaces))
    replaced_.push_back({index, block_, out, replaces, state(index)});
}

// Changes that may have taken away the element that an access gave, in program order, with when.
std::vector<std::pair<const Importer::Replaced*, Value>> Importer::replacements(unsigned map,
                                                                                Value handle) {
  std::vector<std::pair<const Replaced*, Value>> found;
  AccessOp access = access_of(handle);
  if (!access)
    return found;
  for (const Replaced& r : replaced_) {
    AccessOp change = r.outcome.op;
    if (r.map != map || !access->isBeforeInBlock(change) ||
        !may_follow(access_block_.lookup(access), r.block) || !may_follow(r.block, block_))
      continue;
    // Whoever holds the element of this key finds it there, unless it was taken away before.
    bool same = access.getKey() == change.getKey(), first = same && found.empty();
    const auto& dominators = analyses_.getResult<llvm::DominatorTreeAnalysis>(*function_);
    Value when = make<arith::AndIOp>(r.replaces, first ? constant(1, 1) : r.outcome.found);
    if (!first || !dominators.dominates(r.block, block_))
      when = make<arith::AndIOp>(change.getEnable(), when);
    if (!same)
      when = make<arith::AndIOp>(when, compare(P::eq, handle, r.outcome.handle));
    found.push_back({&r, when});
  }
  return found;
}

// Is the element that a handle names out of its table?
Value Importer::detached(unsigned map, Value handle) {
  if (auto select = handle.getDefiningOp<arith::SelectOp>()) {
    Value t = detached(map, select.getTrueValue()), f = detached(map, select.getFalseValue());
    return t == f || (is_false(t) && is_false(f))
               ? t
               : make<arith::SelectOp>(select.getCondition(), t, f);
  }
  Value any = constant(1, 0);
  for (auto& [change, when] : replacements(map, handle))
    any = make<arith::OrIOp>(any, when);
  return any;
}

Value Importer::when_attached(const Pointer& p, Value enable) {
  if (replaced_.empty() || !map(p.map).is("table"))
    return enable;
  Value lost = detached(p.map, p.handle);
  if (is_false(lost))
    return enable;
  lost_stores_.push_back({p.map, block_});
  return make<arith::AndIOp>(enable, negate(lost));
}

void Importer::refuse_lost(unsigned map, const char* why) {
  throw Failure(diagnose("PW-MAP-024", "a value of map '" + object_.maps.at(map).name +
                                           "' is used after its entry was replaced or deleted, " +
                                           why)
                    .at(0, source_location(where_))
                    .help("copy what is needed of the value before the update or deletion"));
}

// The bytes as they were right before the change.
Value Importer::load_before(const Replaced& r, const Pointer& p, Value handle, LoadOp now) {
  Value at = now.getAt();
  AccessOp change = r.outcome.op;
  if (at && at.getDefiningOp() && !at.getDefiningOp()->isBeforeInBlock(change))
    refuse_lost(p.map, "at an offset that is known only then");
  mlir::OpBuilder early(change);
  return early.create<LoadOp>(where_, now.getType(), now.getMapAttr(), r.state, change.getEnable(),
                              handle, now.getOffsetAttr(), at, now.getMaxAttr(),
                              now.getStrideAttr());
}

Value Importer::load_detached(const Pointer& p, Value handle, LoadOp now) {
  if (auto select = handle.getDefiningOp<arith::SelectOp>()) {
    Value t = load_detached(p, select.getTrueValue(), now);
    Value f = load_detached(p, select.getFalseValue(), now);
    return t == f ? t : make<arith::SelectOp>(select.getCondition(), t, f);
  }
  Value result = now.getResult();
  auto changes = replacements(p.map, handle);
  for (auto& [change, when] : llvm::reverse(changes)) {
    Value before = load_before(*change, p, handle, now);
    result = is_true(when) ? before : make<arith::SelectOp>(when, before, result);
  }
  return result;
}

// What a load gives if its element may be out of the table.
Value Importer::element_bytes(const Pointer& p, LoadOp now) {
  if (replaced_.empty() || !map(p.map).is("table") || is_false(detached(p.map, p.handle)))
    return now.getResult();
  for (const auto& [map, block] : lost_stores_)
    if (map == p.map && may_follow(block, block_))
      refuse_lost(p.map, "and written there before");
  Value v = load_detached(p, p.handle, now);
  if (v != now.getResult() && now.getResult().use_empty())
    now.erase();
  return v;
}

} // namespace pw::ir
