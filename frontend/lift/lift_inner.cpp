// Look-ups in maps of maps: a branch for each inner map that may be in the slot. Where they are
// joined there is one, and the number of the map goes on as the map's run-time value.
#include "frontend/lift/lifter.h"

namespace pw::lift {

void Lifter::finish_choice(const verify::Node& node, const State& s) {
  const unsigned outer = s.reg(1).index;
  llvm::Value* slot = find(outer, read_key(s));
  std::vector<const verify::Edge*> inner;
  const verify::Edge* none = nullptr;
  for (const verify::Edge& e : node.edges)
    if (e.kind == verify::EdgeKind::Inner)
      inner.push_back(&e);
    else
      none = &e;
  auto *there = edge_block("inner"), *empty = edge_block("none");
  b_.CreateCondBr(b_.CreateIsNotNull(slot), there, empty);
  b_.SetInsertPoint(empty);
  set_number(s, 0, c64(0));
  b_.CreateBr(block_of(none->to));
  b_.SetInsertPoint(there);
  llvm::Value* number = load(slot, 4, "map." + std::to_string(outer));
  for (const verify::Edge* e : inner) {
    auto* chosen = edge_block("chosen");
    llvm::BasicBlock* other = e == inner.back() ? nullptr : edge_block("other");
    if (other)
      b_.CreateCondBr(b_.CreateICmpEQ(number, c32(e->choice)), chosen, other);
    else
      b_.CreateBr(chosen);
    b_.SetInsertPoint(chosen);
    set_number(s, 0, number);
    b_.CreateBr(block_of(e->to));
    if (other)
      b_.SetInsertPoint(other);
  }
}

} // namespace pw::lift
