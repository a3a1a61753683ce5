// The packet vector, and the way out.
#include "backends/nfp/select/selector.h"

#include <linux/bpf.h>

namespace pw::nfp {

using namespace llvm;

namespace {
constexpr std::uint8_t length_word = 0, address_word = 2, flags_word = 4, queue_word = 6;
constexpr Word32 length_mask = 0x3fff;
constexpr Word32 queue_chosen = 1u << 4;
constexpr Word32 most_queues = 64;
constexpr std::uint16_t random_number = 0x148; // CSR
constexpr unsigned verdict_shift = 16;
constexpr Word32 verdicts = 0x44112282; // a byte for each of ABORTED, DROP, PASS, TX
constexpr Word32 aborted = 0x82;

Word32 verdict_code(Word32 retval) {
  return retval <= XDP_TX ? verdicts >> 8 * retval & 0xff : aborted;
}
Operand vector_word(std::uint8_t word) { return local(1, word); }
} // namespace

Operand Selector::length() {
  return e_.alu(AluOp::And, vector_word(length_word), e_.source(length_mask));
}

void Selector::exit(CallInst& i) {
  flush_stores();
  Value *head = i.getArgOperand(1), *tail = i.getArgOperand(2);
  move_tail(head, tail);
  move_head(head);
  const auto* trap = dyn_cast<ConstantInt>(i.getArgOperand(4));
  verdict(trap && trap->isOne() ? ConstantInt::get(head->getType(), XDP_ABORTED)
                                : i.getArgOperand(0));
}

// The new length; the packet vector's word keeps its other bits.
void Selector::move_tail(Value* head, Value* tail) {
  const Operand word = vector_word(length_word);
  const auto* call = dyn_cast<CallInst>(tail);
  const bool as_received = call && call->getCalledFunction()->getName() == "pw.length";
  const Words h = words(head);
  if (as_received) {
    if (h[0].is(0))
      return;
    if (h[0].is_constant() && constant_words(0 - h[0].constant) < constant_words(h[0].constant))
      return e_.alu_into(word, AluOp::Add, word, e_.source(0 - h[0].constant));
    return e_.alu_into(word, AluOp::Subtract, word, e_.operand(h[0]));
  }
  Word now = words(tail)[0];
  if (!h[0].is(0))
    now = word_of(e_.alu(AluOp::Subtract, e_.operand(now), e_.operand(h[0])));
  const Operand old = length();
  const Operand grown = e_.alu(AluOp::Subtract, e_.operand(now), old);
  e_.alu_into(word, AluOp::Add, word, grown);
}

void Selector::move_head(Value* head) {
  const Word h = words(head)[0];
  const Operand word = vector_word(address_word);
  if (h.is(0))
    return;
  if (h.is_constant() && constant_words(0 - h.constant) < constant_words(h.constant))
    return e_.alu_into(word, AluOp::Subtract, word, e_.source(0 - h.constant));
  e_.alu_into(word, AluOp::Add, word, e_.operand(h));
}

void Selector::verdict(Value* retval) {
  const Operand a0 = register_of(Bank::A, 0);
  if (const auto* c = dyn_cast<ConstantInt>(retval))
    return e_.load_into(a0, verdict_code(Word32(c->getZExtValue())) << verdict_shift);
  // A byte of the table; what is larger than TX is aborted.
  const Word number = clean(retval);
  const BlockId known = e_.new_block(), behind = e_.new_block();
  const Operand n = e_.operand(number), code = e_.fresh();
  if (number.possible() > XDP_TX) {
    e_.load_into(code, aborted << verdict_shift);
    e_.alu_into(none(), AluOp::Subtract, constant(XDP_TX), n);
    e_.branch(Condition::CarryClear, behind, known);
  } else {
    e_.go(known);
  }
  e_.start(known);
  const Operand bits = e_.shift(ShiftOp::B, none(), ShiftKind::Left, 3, n);
  const Operand table = e_.source(verdicts);
  const Operand shifted = e_.shift_by(bits, ShiftOp::B, none(), ShiftKind::Right, table);
  e_.put(code,
         masked(shifted_left(word_of(shifted), verdict_shift), Word32{0xff} << verdict_shift));
  e_.go(behind);
  e_.start(behind);
  e_.move(a0, code);
}

// A queue that doesn't fit the byte is kept as 64, which no card has.
void Selector::choose_queue(const Words& queue) {
  const Word q = queue[0];
  const Operand flags = vector_word(flags_word), where = vector_word(queue_word);
  e_.alu_into(flags, AluOp::Or, flags, constant(queue_chosen));
  const auto choose = [&](const Operand& number) { e_.field_into(where, 1, false, 0, number); };
  if (q.is_constant())
    return choose(constant(q.constant > 0xff ? most_queues : q.constant));
  const Operand n = e_.operand(q);
  choose(n);
  if (q.possible() <= 0xff)
    return;
  const BlockId large = e_.new_block(), behind = e_.new_block();
  e_.alu_into(none(), AluOp::Subtract, constant(0xff), n);
  e_.branch(Condition::CarryClear, large, behind);
  e_.start(large);
  choose(constant(most_queues));
  e_.go(behind);
  e_.start(behind);
}

Operand Selector::random() {
  Instruction read;
  read.op = Op::CsrRead;
  read.csr = random_number;
  e_.push(std::move(read));
  const Operand dst = e_.fresh();
  Instruction receive;
  receive.op = Op::Immed;
  receive.dst = dst;
  receive.follows = true;
  e_.push(std::move(receive));
  return dst;
}

} // namespace pw::nfp
