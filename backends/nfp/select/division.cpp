// Division by a number that is known at run time only: long division, a bit a round.
//
//     rest = 0, n = dividend, count = 32
//   round:
//     {rest, n} <<= 1                          alu +, alu +carry
//     if rest >= divisor: rest -= divisor, n |= 1
//     if --count: round
//
// Behind it n is the quotient. A rest that would have 33 bits is larger than the divisor, too.
#include "backends/nfp/select/selector.h"

namespace pw::nfp {

using namespace llvm;

Words Selector::divide(BinaryOperator& i) {
  const unsigned bits = i.getType()->getIntegerBitWidth();
  const bool remainder = i.getOpcode() == llvm::Instruction::URem;
  const unsigned size = (bits + 31) / 32;
  if (size > 2)
    throw Failure(diagnose("PW-NFP-211", "a division of numbers of more than 64 bits"));
  std::vector<Operand> n, rest, divisor;
  for (unsigned w = 0; w < size; ++w) {
    n.push_back(e_.fresh());
    rest.push_back(e_.fresh());
    e_.put(n[w], clean(i.getOperand(0), w));
    e_.load_into(rest[w], 0);
    divisor.push_back(e_.operand(clean(i.getOperand(1), w)));
  }
  const Operand count = e_.fresh();
  e_.load_into(count, 32 * size);
  const BlockId round = e_.new_block(), take = e_.new_block(), next = e_.new_block(),
                test = e_.new_block(), behind = e_.new_block();
  e_.go(round);
  e_.start(round);
  std::vector<Operand> shifted = n;
  shifted.insert(shifted.end(), rest.begin(), rest.end());
  for (unsigned w = 0; w < shifted.size(); ++w)
    e_.alu_into(shifted[w], w == 0 ? AluOp::Add : AluOp::AddCarry, shifted[w], shifted[w]);
  e_.branch(Condition::CarrySet, take, test);
  e_.start(test);
  for (unsigned w = 0; w < size; ++w)
    e_.alu_into(none(), w == 0 ? AluOp::Subtract : AluOp::SubtractCarry, rest[w], divisor[w]);
  e_.branch(Condition::CarryClear, next, take);
  e_.start(take);
  for (unsigned w = 0; w < size; ++w)
    e_.alu_into(rest[w], w == 0 ? AluOp::Subtract : AluOp::SubtractCarry, rest[w], divisor[w]);
  e_.alu_into(n[0], AluOp::Or, n[0], constant(1));
  e_.go(next);
  e_.start(next);
  e_.alu_into(count, AluOp::Subtract, count, constant(1));
  e_.branch(Condition::NotEqual, round, behind);
  e_.start(behind);
  Words out;
  for (unsigned w = 0; w < size; ++w)
    out.push_back(word_of(remainder ? rest[w] : n[w]));
  return out;
}

} // namespace pw::nfp
