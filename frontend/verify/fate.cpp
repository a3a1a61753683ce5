#include "frontend/verify/fate.h"

namespace pw::verify {

using namespace isa;

Foresight::Foresight(const Object& object, const pw::Program& program, const Exploration& explored,
                     unsigned blocks, bool micro_engine)
    : program_(program), explored_(explored), most_blocks_(blocks), silent_(program),
      transfer_(object, program, explored.code, silent_, micro_engine) {}

Fate Foresight::fate(const State& s, unsigned context, unsigned block, std::uint32_t next_id) {
  transfer_.next_id() = next_id;
  silent_ = Report(program_);
  Walk walk;
  follow(walk, s, context, block);
  walk.fate.faults = silent_.size();
  return walk.fate;
}

void Foresight::follow(Walk& walk, State s, unsigned context, unsigned block) {
  if (++walk.blocks > most_blocks_)
    return;
  const Block& b = explored_.contexts[context].function->blocks[block];
  for (unsigned i = b.first; i < b.last; ++i)
    if (explored_.code[i])
      transfer_.step(s, i);
  const Instruction& last = *explored_.code[b.last];
  if (const auto* j = std::get_if<Jump>(&last))
    return jump(walk, std::move(s), context, b.last, *j);
  if (std::holds_alternative<isa::Exit>(last))
    return leave(walk, std::move(s), context);
  if (std::holds_alternative<CallLocal>(last) || is_loop_call(last) || is_tail_call(last) ||
      (explored_.choices.contains(b.last) && transfer_.looks_up_map(s)))
    return;
  transfer_.step(s, b.last);
  go_to(walk, std::move(s), context, b.last + 1);
}

void Foresight::jump(Walk& walk, State s, unsigned context, unsigned insn, const Jump& j) {
  if (j.condition == Condition::Always)
    return go_to(walk, std::move(s), context, j.target);
  State other = s;
  const bool straight = transfer_.branch(other, insn, j, false);
  const bool taken = transfer_.branch(s, insn, j, true);
  walk.fate.ways.push_back(straight && taken ? Way::Open : taken ? Way::Taken : Way::Straight);
  if (straight)
    go_to(walk, std::move(other), context, insn + 1);
  if (taken)
    go_to(walk, std::move(s), context, j.target);
}

void Foresight::go_to(Walk& walk, State s, unsigned context, unsigned insn) {
  const Function& f = *explored_.contexts[context].function;
  while (insn < f.end && !explored_.code[insn]) // the second half of a wide instruction
    ++insn;
  const auto block = f.block_at.find(insn);
  if (block != f.block_at.end())
    follow(walk, std::move(s), context, block->second);
}

// Out of a subprogram: behind the call.
void Foresight::leave(Walk& walk, State s, unsigned context) {
  const Context& c = explored_.contexts[context];
  if (c.depth == 0 || c.is_callback)
    return;
  const Value result = s.reg(0).kind == Kind::Stack ? Value::poison() : s.reg(0);
  s.frames.pop_back();
  transfer_.finish_call(s, result);
  const Function& f = *explored_.contexts[c.parent].function;
  go_to(walk, std::move(s), c.parent, f.blocks[c.call_block].last + 1);
}

} // namespace pw::verify
