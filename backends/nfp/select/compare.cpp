// Conditions as branches.
#include "backends/nfp/select/selector.h"

#include <llvm/IR/PatternMatch.h>

#include <bit>

namespace pw::nfp {

using namespace llvm;

void Selector::branch_on(Value* condition, BlockId yes, BlockId no) {
  if (const auto* c = dyn_cast<ConstantInt>(condition))
    return e_.go(c->isOne() ? yes : no);
  if (auto* compared = dyn_cast<CmpInst>(condition); compared && !values_.contains(compared))
    return compare(compared->getPredicate(), compared->getOperand(0), compared->getOperand(1), yes,
                   no);
  word_zero(clean(condition), no, yes);
}

void Selector::compare(CmpInst::Predicate p, Value* a, Value* b, BlockId yes, BlockId no) {
  if (p == CmpInst::ICMP_NE)
    return compare(CmpInst::ICMP_EQ, a, b, no, yes);
  const unsigned bits = a->getType()->isPointerTy() ? 64 : a->getType()->getIntegerBitWidth();
  const bool is_signed = CmpInst::isSigned(p);
  Words x, y;
  for (unsigned i = 0; i < (bits + 31) / 32; ++i) {
    x.push_back(clean(a, i));
    y.push_back(clean(b, i));
  }
  if (p == CmpInst::ICMP_EQ)
    return compare_equal(x, y, bits, yes, no);
  if (is_signed && bits % 32 != 0)
    for (Words* w : {&x, &y}) // the sign to bit 31
      w->back() = shifted_left(w->back(), 32 - bits % 32);
  while (!is_signed && x.size() > 1 && x.back().is(0) && y.back().is(0)) {
    x.pop_back();
    y.pop_back();
  }
  compare_order(p, std::move(x), std::move(y), yes, no);
}

// ---- equality ----

void Selector::compare_equal(const Words& a, const Words& b, unsigned bits, BlockId yes,
                             BlockId no) {
  std::vector<std::pair<Word, Word>> left; // words that may differ
  for (unsigned i = 0; i < a.size(); ++i)
    if (!a[i].is_constant() || !b[i].is_constant())
      left.emplace_back(a[i], b[i]);
    else if (a[i].constant != b[i].constant)
      return e_.go(no);
  if (left.empty())
    return e_.go(yes);
  const bool zeros = left.size() == 2 && left[0].second.is(0) && left[1].second.is(0);
  if (zeros && extraction(left[0].first, ~0u).words + extraction(left[1].first, ~0u).words == 0) {
    e_.alu_into(none(), AluOp::Or, e_.operand(left[0].first), e_.operand(left[1].first));
    return e_.branch(Condition::Equal, yes, no);
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto [x, y] = left[i];
    if (x.is_constant())
      std::swap(x, y);
    const bool last = i + 1 == left.size();
    const BlockId next = last ? yes : e_.new_block();
    if (y.is(0)) {
      word_zero(x, next, no);
    } else if (y.is_constant()) {
      word_equal(x, y.constant, next, no);
    } else {
      e_.alu_into(none(), AluOp::Subtract, e_.operand(x), e_.operand(y));
      e_.branch(last ? Condition::Equal : Condition::NotEqual, last ? next : no, last ? no : next);
    }
    if (!last)
      e_.start(next);
  }
}

void Selector::word_zero(const Word& w, BlockId yes, BlockId no) {
  if (w.is_constant())
    return e_.go(w.constant == 0 ? yes : no);
  const Word32 in_base = std::rotl(w.possible(), int(w.rotate));
  if (std::has_single_bit(in_base))
    return e_.branch_bit(w.base, unsigned(std::countr_zero(in_base)), false, yes, no);
  Word32 byte;
  unsigned rotate;
  if (bytes_equal(w, 0, yes, no))
    return;
  const Word32 clear = ~w.mask & ~w.zero;
  if (clear == 0)
    e_.alu_into(none(), AluOp::B, none(), w.base);
  else if (in_base <= 0xff)
    e_.alu_into(none(), AluOp::And, w.base, constant(in_base));
  else if (as_rotated_byte(in_base, byte, rotate))
    e_.shift_into(none(), ShiftOp::And, w.base, ShiftKind::Rotate, rotate, constant(byte));
  else if (extraction(w, ~0u).words == 1)
    e_.alu_into(none(), AluOp::B, none(), e_.operand(w));
  else
    e_.alu_into(none(), AluOp::And, w.base, e_.source(in_base));
  e_.branch(Condition::Equal, yes, no);
}

// One or two whole bytes are compared where they are.
bool Selector::bytes_equal(const Word& w, Word32 c, BlockId yes, BlockId no) {
  if (w.rotate % 8 != 0)
    return false;
  std::vector<unsigned> bytes;
  for (unsigned i = 0; i < 4; ++i) {
    const Word32 byte = Word32{0xff} << 8 * i;
    const Word32 clear = ~w.mask & ~w.zero & byte;
    if ((w.possible() & byte) == 0)
      continue;
    if (clear != 0)
      return false;
    bytes.push_back(i);
  }
  const bool worth = bytes.size() == 1 || (bytes.size() == 2 && extraction(w, ~0u).words > 0) ||
                     (bytes.size() == 2 && c > 0xff);
  if (!worth)
    return false;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    const unsigned in_base = (bytes[k] + w.rotate / 8) % 4;
    const Word32 value = c >> 8 * bytes[k] & 0xff;
    if (k + 1 == bytes.size()) {
      e_.branch_byte(w.base, in_base, value, true, yes, no);
    } else {
      const BlockId next = e_.new_block();
      e_.branch_byte(w.base, in_base, value, false, no, next);
      e_.start(next);
    }
  }
  return true;
}

void Selector::word_equal(const Word& w, Word32 c, BlockId yes, BlockId no) {
  if (c & ~w.possible())
    return e_.go(no);
  if (std::has_single_bit(w.possible())) {
    const unsigned bit = unsigned(std::countr_zero(std::rotl(w.possible(), int(w.rotate))));
    return e_.branch_bit(w.base, bit, true, yes, no);
  }
  if (bytes_equal(w, c, yes, no))
    return;
  const Word32 negated = 0 - c;
  if (constant_words(negated) < constant_words(c))
    e_.alu_into(none(), AluOp::Add, e_.operand(w), e_.source(negated));
  else
    e_.alu_into(none(), AluOp::Subtract, e_.operand(w), e_.source(c));
  e_.branch(Condition::Equal, yes, no);
}

// ---- order ----

namespace {
bool is_greater(CmpInst::Predicate p) {
  return p == CmpInst::ICMP_UGT || p == CmpInst::ICMP_SGT || p == CmpInst::ICMP_ULE ||
         p == CmpInst::ICMP_SLE;
}
} // namespace

// All orders are a < b or a >= b, with the sides exchanged if need be.
void Selector::compare_order(CmpInst::Predicate p, Words a, Words b, BlockId yes, BlockId no) {
  const bool is_signed = CmpInst::isSigned(p);
  bool less = p == CmpInst::ICMP_ULT || p == CmpInst::ICMP_SLT || p == CmpInst::ICMP_UGT ||
              p == CmpInst::ICMP_SGT; // else >=
  if (is_greater(p)) {
    const bool single = b.size() == 1 && b[0].is_constant();
    const Word32 most = is_signed ? 0x7fff'ffff : 0xffff'ffff;
    if (single && b[0].constant != most) { // a > c is not a < c + 1
      b[0].constant += 1;
      less = !less;
    } else {
      std::swap(a, b);
    }
  }
  if (is_signed && b.back().is(0) && !a.back().is_constant() && a.back().mask >> 31) {
    const unsigned bit = (31u + a.back().rotate) & 31;
    if (b.size() == 1 || b[0].is(0))
      return e_.branch_bit(a.back().base, bit, less, yes, no);
  }
  std::vector<std::pair<Operand, Operand>> sources;
  for (unsigned i = 0; i < a.size(); ++i)
    sources.emplace_back(e_.operand(a[i]), e_.operand(b[i]));
  for (unsigned i = 0; i < a.size(); ++i)
    e_.alu_into(none(), i == 0 ? AluOp::Subtract : AluOp::SubtractCarry, sources[i].first,
                sources[i].second);
  if (is_signed)
    return e_.branch(less ? Condition::Less : Condition::GreaterEqual, yes, no);
  e_.branch(less ? Condition::CarryClear : Condition::CarrySet, yes, no);
}

// ---- as a number ----

void Selector::materialise_condition(Value& condition) {
  auto& c = llvm::cast<CmpInst>(condition);
  const Operand dst = e_.fresh();
  const BlockId set_it = e_.new_block(), clear_it = e_.new_block(), behind = e_.new_block();
  compare(c.getPredicate(), c.getOperand(0), c.getOperand(1), set_it, clear_it);
  e_.start(set_it);
  e_.load_into(dst, 1);
  e_.go(behind);
  e_.start(clear_it);
  e_.load_into(dst, 0);
  e_.go(behind);
  e_.start(behind);
  set(&condition, {word_of(dst, ~Word32{1})});
}

} // namespace pw::nfp
