// Branches, loops, calls of functions, and ways out.
#include "tests/random/builder.h"

namespace pw::random {

void Builder::statement() {
  unsigned total = 0;
  for (unsigned weight : mix_.weights)
    total += weight;
  unsigned at = bits_.below(total), choice = 0;
  while (at >= mix_.weights[choice])
    at -= mix_.weights[choice++];
  switch (choice) {
  case 0:
    return alu_statement();
  case 1:
    return packet_statement();
  case 2:
    return stack_statement();
  case 3:
    return map_statement();
  case 4:
    return if_statement();
  case 5:
    return loop_statement();
  case 6:
    return helper_statement();
  case 7:
    return global_statement();
  case 8:
    return spill_statement();
  case 9:
    return call_function();
  case 10:
    return bits_.percent(50) && loop_ ? guarded_break() : guarded_leave();
  default:
    return adjust_statement();
  }
}

void Builder::block(unsigned statements) {
  for (; statements > 0 && budget_ > 0; --statements) {
    --budget_;
    statement();
  }
}

void Builder::branch_on_scalar(Label to) {
  static const std::vector<std::uint8_t> conditions = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,
                                                       BPF_JLT,  BPF_JLE,  BPF_JSGT, BPF_JSGE,
                                                       BPF_JSLT, BPF_JSLE, BPF_JSET};
  bool wide = bits_.percent(mix_.wide);
  std::uint8_t condition = bits_.of(conditions);
  unsigned a = scalar();
  if (bits_.percent(mix_.immediate))
    emit_.jump_imm(wide, condition, a, bits_.interesting(), to);
  else
    emit_.jump_reg(wide, condition, a, scalar(), to);
}

void Builder::if_statement() {
  if (depth_ >= 4)
    return alu_statement();
  Label otherwise = emit_.label(), out = emit_.label();
  scalar(); // made before the branch, if there is none
  branch_on_scalar(otherwise);
  Frame before = frame_;
  ++depth_;
  block(bits_.between(1, 4));
  Frame then = frame_;
  frame_ = before;
  if (bits_.percent(mix_.else_branch)) {
    emit_.jump(out);
    emit_.place(otherwise);
    block(bits_.between(1, 4));
  } else {
    emit_.place(otherwise);
  }
  --depth_;
  emit_.place(out);
  frame_ = Frame::join(then, frame_);
}

std::optional<unsigned> Builder::loop_register() {
  std::vector<unsigned> candidates;
  for (unsigned reg = 7; reg < registers; ++reg)
    if (!frozen(reg))
      candidates.push_back(reg);
  if (candidates.empty())
    return std::nullopt;
  return bits_.of(candidates);
}

// counter = 0; do { block } while (++counter < bound). The body sees only what each round leaves in
// place: registers that it may not overwrite, sums that it carries along, and the stack.
void Builder::loop_statement() {
  std::optional<unsigned> counter = loop_register();
  if (!counter || loops_ >= 2 || depth_ >= 4)
    return alu_statement();
  unsigned frozen_before = frozen_, carried_before = carried_;
  frozen_ |= 1u << *counter;
  std::optional<unsigned> sum = bits_.percent(60) ? loop_register() : std::nullopt;
  if (sum) {
    unsigned initial = scalar();
    if (initial != *sum)
      emit_.move(*sum, initial);
    frozen_ |= 1u << *sum;
    carried_ |= 1u << *sum;
  }
  emit_.set(*counter, 0);
  for (unsigned reg = 0; reg < registers; ++reg)
    if (!(frozen_before >> reg & 1))
      frame_.regs[reg] = {};
  frame_.spills = {};
  if (options_.changes) // a round may change what the next one would look into
    frame_.forget_values();
  frame_.scalar(*counter);
  if (sum)
    frame_.scalar(*sum);

  Loop* outer = loop_;
  Loop loop{emit_.label(), {}};
  loop_ = &loop;
  Label head = emit_.label();
  emit_.place(head);
  ++depth_, ++loops_;
  block(bits_.between(1, 4));
  emit_.alu_imm(bits_.percent(50), BPF_ADD, *counter, 1);
  emit_.jump_imm(bits_.percent(50), BPF_JLT, *counter,
                 std::int32_t(bits_.between(1, loops_ > 1 ? 3 : 7)), head);
  emit_.place(loop.out);
  --depth_, --loops_;
  loop_ = outer;
  for (const Frame& end : loop.ends)
    frame_ = Frame::join(frame_, end);
  frozen_ = frozen_before;
  carried_ = carried_before;
}

void Builder::guarded_break() {
  scalar();
  branch_on_scalar(loop_->out);
  loop_->ends.push_back(frame_);
}

void Builder::leave() {
  if (bits_.percent(70)) {
    emit_.set(0, options_.tc ? std::int32_t(bits_.below(10)) - 1 : std::int32_t(bits_.below(5)));
  } else {
    unsigned verdict = scalar();
    if (verdict != 0)
      emit_.move(0, verdict);
    if (bits_.percent(80))
      mask(0, bits_.of({2u, 4u, 8u}));
  }
  emit_.exit();
}

void Builder::guarded_leave() {
  Label stay = emit_.label();
  scalar();
  branch_on_scalar(stay);
  Frame before = frame_;
  unsigned frozen_before = frozen_;
  frozen_ = 1u << 6; // nothing needs to stay any more
  bits_.percent(20) ? redirect_helper() : leave();
  frame_ = before;
  frozen_ = frozen_before;
  emit_.place(stay);
}

void Builder::call_function() {
  if (functions_.empty() || (frozen_ & 0x3f) != 0)
    return alu_statement();
  Function& function = functions_[bits_.below(unsigned(functions_.size()))];
  function.called = true;
  // Arguments come from registers that no argument has overwritten yet.
  for (unsigned argument = 1; argument <= function.arguments; ++argument) {
    unsigned source = scalar();
    if (source < 1 || source >= argument)
      emit_.move(argument, source);
    else
      emit_.set(argument, bits_.interesting());
    frame_.scalar(argument);
  }
  emit_.call_local(function.entry);
  frame_.forget_call_registers();
  frame_.scalar(0);
}

} // namespace pw::random
