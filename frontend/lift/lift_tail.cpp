// bpf_tail_call: a jump into another program's nodes. The array is looked up although its programs
// are known, since the host may clear a slot and fill it again.
#include "frontend/lift/lifter.h"

namespace pw::lift {

using namespace isa;

void Lifter::finish_tail(const verify::Node& node, const State& s) {
  llvm::BasicBlock* behind = block_of(node.edges.at(0).to);
  if (node.edges.size() == 1) {
    b_.CreateBr(behind);
    return;
  }
  auto targets = transfer_.tail_targets(s);
  llvm::Value* index = low32(s, 3);
  llvm::Value* there = b_.CreateIsNotNull(find(s.reg(2).index, index));
  for (const verify::Edge& e : node.edges) {
    if (e.kind != verify::EdgeKind::Tail)
      continue;
    const verify::Function& entry = *explored_.contexts[explored_.nodes[e.to].context].function;
    auto *jump = edge_block("tail"), *other = edge_block("other");
    b_.CreateCondBr(b_.CreateAnd(there, one_of(index, targets.at(entry.name))), jump, other);
    b_.SetInsertPoint(jump);
    clear_stack(top(s));
    b_.CreateBr(block_of(e.to));
    b_.SetInsertPoint(other);
  }
  b_.CreateBr(behind);
}

llvm::Value* Lifter::one_of(llvm::Value* index, const std::vector<std::uint32_t>& slots) {
  llvm::Value* any = b_.getFalse();
  for (const std::uint32_t slot : slots)
    any = b_.CreateOr(any, b_.CreateICmpEQ(index, c32(slot)));
  return any;
}

// The stack of the program that ended is nobody's: nothing of it has to be kept.
void Lifter::clear_stack(unsigned frame) {
  for (llvm::AllocaInst* piece : pieces_[frame])
    b_.CreateStore(llvm::Constant::getNullValue(piece->getAllocatedType()), piece);
}

} // namespace pw::lift
