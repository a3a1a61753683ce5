// Nodes and edges of the exploration as basic blocks and branches.
#include "frontend/lift/lifter.h"

#include <cerrno>

namespace pw::lift {

using namespace isa;

llvm::BasicBlock* Lifter::edge_block(const char* name) {
  return llvm::BasicBlock::Create(m_.getContext(), name, f_);
}

namespace {
const verify::Edge* edge(const verify::Node& n, std::initializer_list<verify::EdgeKind> kinds) {
  for (const verify::Edge& e : n.edges)
    for (verify::EdgeKind k : kinds)
      if (e.kind == k)
        return &e;
  return nullptr;
}
} // namespace

void Lifter::lift_node(unsigned n) {
  const verify::Node& node = explored_.nodes[n];
  b_.SetInsertPoint(blocks_.at(n));
  const verify::Function& f = *explored_.contexts[node.context].function;
  const verify::Block& block = f.blocks[node.block];
  if (node.loop_step) {
    locate(block.last);
    return finish_round(node, verify::is_for_each(*explored_.code[block.last]));
  }
  State s = node.entry;
  for (unsigned i = block.first; i < block.last; ++i)
    if (explored_.code[i]) {
      lift_step(s, i);
      transfer_.step(s, i);
    }
  locate(block.last);
  finish_node(node, s);
}

void Lifter::lift_step(const State& s, unsigned insn) {
  locate(insn);
  State after = s;
  transfer_.step(after, insn);
  struct Visitor {
    Lifter& l;
    const State &s, &after;
    void operator()(const Alu& x) const { l.lift(s, after, x); }
    void operator()(const ByteSwap& x) const { l.lift(s, after, x); }
    void operator()(const LoadImmediate& x) const {
      l.set_number(s, x.dst, l.c64(std::int64_t(x.value)));
    }
    void operator()(const LoadMapValue& x) const { l.lift_map_value(s, x); }
    void operator()(const Load& x) const { l.lift(s, after, x); }
    void operator()(const Store& x) const { l.lift(s, after, x); }
    void operator()(const Atomic& x) const { l.lift(s, after, x); }
    void operator()(const CallHelper& x) const { l.lift(s, after, x); }
    void operator()(const LoadMap&) const {}
    void operator()(const LoadFunction&) const {}
    void operator()(const CallLocal&) const {}
    void operator()(const CallKfunc&) const { l.set_number(s, 0, l.c32(-EOPNOTSUPP)); }
    void operator()(const Jump&) const {}
    void operator()(const isa::Exit&) const {}
    void operator()(const LoadPacket& x) const { l.lift(s, x); }
  };
  std::visit(Visitor{*this, s, after}, *explored_.code[insn]);
}

void Lifter::finish_node(const verify::Node& node, State& s) {
  const verify::Function& f = *explored_.contexts[node.context].function;
  const unsigned last = f.blocks[node.block].last;
  const Instruction& insn = *explored_.code[last];
  if (const auto* jump = std::get_if<Jump>(&insn))
    return finish_jump(node, s, last, *jump);
  if (std::holds_alternative<CallLocal>(insn))
    return finish_call(node, s);
  if (std::holds_alternative<isa::Exit>(insn))
    return finish_return(node, s);
  if (verify::is_tail_call(insn))
    return finish_tail(node, s);
  if (explored_.choices.contains(last) && transfer_.looks_up_map(s))
    return finish_choice(node, s);
  if (!verify::is_loop_call(insn))
    lift_step(s, last);
  b_.CreateBr(block_of(node.edges.at(0).to));
}

void Lifter::finish_jump(const verify::Node& node, State& s, unsigned insn, const Jump& j) {
  const auto* taken = edge(node, {verify::EdgeKind::Taken});
  const auto* straight = edge(node, {verify::EdgeKind::NotTaken});
  if (j.condition == Condition::Always) {
    b_.CreateBr(block_of(taken->to));
    return;
  }
  const Abstract& a = s.reg(j.dst);
  const Abstract& p = a.is_pointer() || !j.src.reg ? a : s.reg(*j.src.reg);
  const bool null_test = p.kind == Kind::MapValueOrNull || p.kind == Kind::RecordOrNull;
  const bool null_if_taken = null_test && j.condition == Condition::Eq;
  auto *to_taken = edge_block("taken"), *to_straight = edge_block("straight");
  if (taken && straight)
    b_.CreateCondBr(condition(s, j), to_taken, to_straight);
  else
    b_.CreateBr(taken ? to_taken : to_straight);
  const auto close = [&](llvm::BasicBlock* block, const verify::Edge* e, bool null) {
    b_.SetInsertPoint(block);
    if (!e) {
      b_.CreateUnreachable();
      return;
    }
    if (null)
      clear_nulls(s, p);
    b_.CreateBr(block_of(e->to));
  };
  close(to_taken, taken, null_if_taken);
  close(to_straight, straight, null_test && !null_if_taken);
}

// Where a lookup found nothing, all copies of its result become the number 0.
void Lifter::clear_nulls(const State& s, const Abstract& null) {
  const auto same = [&](const Abstract& v) {
    return v.kind == null.kind && v.id == null.id && v.frame == null.frame;
  };
  for (unsigned f = 0; f < s.frames.size(); ++f) {
    for (unsigned r = 0; r < 10; ++r) {
      const Abstract& v = s.frames[f].regs[r];
      if (same(v))
        b_.CreateStore(c64(0), cells_[f][r].number);
    }
    for (const verify::Piece& p : s.frames[f].stack)
      if (same(p.value))
        write_stack(f, p.offset, p.bytes, c64(0));
  }
}

void Lifter::finish_call(const verify::Node& node, const State& s) {
  const unsigned callee = top(s) + 1;
  for (Register r = 1; r <= 5; ++r)
    put(s.reg(r), cells_[callee][r], get(s.reg(r), reg(s, r)));
  b_.CreateBr(block_of(node.edges.at(0).to));
}

void Lifter::finish_return(const verify::Node& node, State& s) {
  const verify::Context& context = explored_.contexts[node.context];
  if (context.depth == 0)
    return finish_program(s);
  const unsigned caller = top(s) - 1;
  if (!context.is_callback) {
    put(s.reg(0), cells_[caller][0], get(s.reg(0), reg(s, 0)));
    b_.CreateBr(block_of(node.edges.at(0).to));
    return;
  }
  const auto* again = edge(node, {verify::EdgeKind::Again});
  const auto* stop = edge(node, {verify::EdgeKind::Stop});
  llvm::Value* goes_on = b_.CreateICmpEQ(number(s, Register(0)), c64(0));
  b_.CreateStore(c64(std::int64_t(context.round + 1)), cells_[caller][0].number);
  if (again && stop)
    b_.CreateCondBr(goes_on, block_of(again->to), block_of(stop->to));
  else
    b_.CreateBr(block_of((again ? again : stop)->to));
}

// Arguments of a callback of bpf_for_each_map_elem: map, key, value, and what the caller gave.
void Lifter::give_element(const verify::Node& node) {
  const State& s = node.entry;
  const unsigned callee = top(s) + 1;
  Cell* cells = cells_[callee].data();
  put(s.reg(1), cells[1], get(s.reg(1), reg(s, 1)));
  write_stack(callee, verify::element_key, 4, c32(std::int64_t(node.round)));
  b_.CreateStore(c32(verify::element_key), cells[2].coordinate);
  b_.CreateStore(find(s.reg(1).index, element_place(s, node.round)), cells[3].pointer);
  put(s.reg(3), cells[4], get(s.reg(3), reg(s, 3)));
}

// In front of a round of bpf_loop or bpf_for_each_map_elem.
void Lifter::finish_round(const verify::Node& node, bool walks) {
  const State& s = node.entry;
  const auto* body = edge(node, {verify::EdgeKind::Body});
  const auto* done = edge(node, {verify::EdgeKind::Done});
  b_.CreateStore(c64(std::int64_t(node.round)), reg(s, 0).number);
  if (body) {
    if (walks)
      give_element(node);
    Cell* callee = cells_[top(s) + 1].data();
    if (!walks) {
      b_.CreateStore(c64(std::int64_t(node.round)), callee[1].number);
      put(s.reg(3), callee[2], get(s.reg(3), reg(s, 3)));
    }
  }
  if (body && done)
    b_.CreateCondBr(b_.CreateICmpUGT(low32(s, 1), c32(std::int64_t(node.round))),
                    block_of(body->to), block_of(done->to));
  else
    b_.CreateBr(block_of((body ? body : done)->to));
}

void Lifter::finish_program(const State& s) {
  b_.CreateStore(low32(s, 0), vars_.retval);
  b_.CreateBr(exit_);
}

} // namespace pw::lift
