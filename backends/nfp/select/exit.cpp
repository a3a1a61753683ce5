// The packet vector, and the way out.
#include "backends/nfp/select/selector.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

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

// TC_ACT_UNSPEC, SHOT, and STOLEN or QUEUED; there are no others (rules/verdicts.cpp).
constexpr Word32 tc_pass = 0x11, tc_shot = 0x22, tc_stolen = 0x02;
Word32 tc_verdict_code(Word32 retval) {
  return retval == TC_ACT_SHOT                                ? tc_shot
         : retval == TC_ACT_STOLEN || retval == TC_ACT_QUEUED ? tc_stolen
                                                              : tc_pass;
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
  const bool aborted_xdp = trap && trap->isOne() && !tc_;
  verdict(aborted_xdp ? ConstantInt::get(head->getType(), XDP_ABORTED) : i.getArgOperand(0));
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
  if (const auto* c = dyn_cast<ConstantInt>(retval)) {
    const auto number = Word32(c->getZExtValue());
    return e_.load_into(a0, (tc_ ? tc_verdict_code(number) : verdict_code(number))
                                << verdict_shift);
  }
  const Operand code = e_.fresh();
  if (tc_)
    tc_verdict(clean(retval), code);
  else
    xdp_verdict(clean(retval), code);
  e_.move(a0, code);
}

// Bit 1 of SHOT, which STOLEN and QUEUED don't have, is the one that counts the packet as dropped.
void Selector::tc_verdict(const Word& number, const Operand& code) {
  const BlockId known = e_.new_block(), behind = e_.new_block();
  const Operand n = e_.operand(number);
  e_.load_into(code, tc_pass << verdict_shift);
  e_.alu_into(none(), AluOp::Subtract, constant(TC_ACT_QUEUED), n);
  e_.branch(Condition::CarryClear, behind, known);
  e_.start(known);
  const Operand counted = e_.alu(AluOp::And, n, constant(TC_ACT_SHOT));
  const Operand shot = e_.shift(ShiftOp::B, none(), ShiftKind::Left, 4, counted);
  const Operand verdict = e_.alu(AluOp::Or, shot, constant(tc_stolen));
  e_.put(code, shifted_left(word_of(verdict), verdict_shift));
  e_.go(behind);
  e_.start(behind);
}

// A byte of the table; what is larger than TX is aborted.
void Selector::xdp_verdict(const Word& number, const Operand& code) {
  const BlockId known = e_.new_block(), behind = e_.new_block();
  const Operand n = e_.operand(number);
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
