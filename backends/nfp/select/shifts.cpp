#include "backends/nfp/select/selector.h"

namespace pw::nfp {

using namespace llvm;

// ---- by a constant: mostly nothing until somebody needs it ----

// The low word of {high, low} >> right, 0 < right < 32.
Word Selector::funnel(const Word& high, const Word& low, unsigned right) {
  const Word up = shifted_left(high, 32 - right), down = shifted_right(low, right);
  if (up.is(0) || down.is(0) || merges(up, down))
    return merged(up, down);
  if (high.is_constant() || low.is_constant() || extraction(high, ~0u).words ||
      extraction(low, ~0u).words)
    return e_.combine(up, down);
  return word_of(e_.shift(ShiftOp::B, high.base, ShiftKind::Double, right, low.base));
}

// The sign comes from the result of the instruction before.
Word Selector::arithmetic_right(const Word& w, unsigned by) {
  if (w.is_constant())
    return constant_word(Word32(std::int32_t(w.constant) >> by));
  if (by == 0)
    return w;
  if (!(w.possible() >> 31))
    return shifted_right(w, by);
  const Operand full = e_.operand(w);
  e_.alu_into(none(), AluOp::B, none(), full);
  const Operand dst = e_.shift(ShiftOp::Arithmetic, none(), ShiftKind::Right, by, full);
  e_.function().blocks[e_.here()].body.back().follows = true;
  return word_of(dst);
}

Words Selector::shift_by_constant(unsigned opcode, const Words& a, unsigned by, unsigned bits) {
  Words in = a;
  const unsigned in_top = bits - 32 * unsigned(a.size() - 1);
  if (opcode == llvm::Instruction::LShr)
    in.back() = masked(in.back(), low_bits(in_top));
  if (opcode == llvm::Instruction::AShr)
    in = sign_extended(in, bits, unsigned(a.size()) * 32);
  const unsigned words = by / 32, rest = by % 32;
  Words out(a.size(), constant_word(0));
  const Word beyond =
      opcode == llvm::Instruction::AShr ? arithmetic_right(in.back(), 31) : constant_word(0);
  for (unsigned i = 0; i < out.size(); ++i) {
    if (opcode == llvm::Instruction::Shl) {
      const Word high = i >= words ? in[i - words] : constant_word(0);
      const Word low = i >= words + 1 ? in[i - words - 1] : constant_word(0);
      out[i] = rest == 0 ? high : funnel(high, low, 32 - rest);
      continue;
    }
    const Word low = i + words < in.size() ? in[i + words] : beyond;
    const Word high = i + words + 1 < in.size() ? in[i + words + 1] : beyond;
    const bool last = i + words + 1 >= in.size();
    if (rest == 0)
      out[i] = low;
    else if (last && opcode == llvm::Instruction::AShr)
      out[i] = i + words < in.size() ? arithmetic_right(low, rest) : beyond;
    else
      out[i] = funnel(high, low, rest);
  }
  return out;
}

Words Selector::rotate_left(const Words& a, unsigned by, unsigned bits) {
  by %= bits;
  if (by == 0)
    return a;
  if (bits == 32) {
    const Word w = a[0];
    if (w.is_constant())
      return {constant_word(rotated_right(w.constant, 32 - by))};
    Word r = w;
    r.rotate = std::uint8_t((w.rotate + 32 - by) & 31);
    r.mask = rotated_right(w.mask, 32 - by);
    r.zero = rotated_right(w.zero, 32 - by);
    return {r};
  }
  const Words left = shift_by_constant(llvm::Instruction::Shl, a, by, bits);
  const Words right = shift_by_constant(llvm::Instruction::LShr, a, bits - by, bits);
  return logic(llvm::Instruction::Or, left, right, bits);
}

// ---- by a number that is known at run time only ----

// The instruction before gives the amount (its A source) and the sign (its result).
Operand Selector::signed_shift(const Operand& n, const Operand& v) {
  e_.alu_into(none(), AluOp::Or, n, v);
  const Operand dst = e_.shift(ShiftOp::Arithmetic, none(), ShiftKind::Right, 0, v);
  Instruction& i = e_.function().blocks[e_.here()].body.back();
  i.indirect = i.follows = true;
  return dst;
}

// 64 bits, by n: where n is 32 or more a word moves first; what remains is a shift by n & 31, whose
// bits from the other word are moved by 1 and by 31 - (n & 31), so that no shift by 32 is needed.
Words Selector::shift_by_value(unsigned opcode, const Words& a, const Word& by, unsigned bits) {
  if (bits > 64)
    throw Failure(diagnose("PW-NFP-211", "a shift of more than 64 bits by a variable number")
                      .breaks("the stack is accessed at a variable place")
                      .help("use constant offsets into arrays on the stack"));
  const bool left = opcode == llvm::Instruction::Shl, sign = opcode == llvm::Instruction::AShr;
  const Operand n = sign ? e_.operand(masked(by, 63)) : e_.operand(by, bits > 32 ? 63 : 31);
  const ShiftKind kind = left ? ShiftKind::Left : ShiftKind::Right;
  if (a.size() == 1) {
    Word w = a[0];
    if (opcode == llvm::Instruction::LShr)
      w = masked(w, low_bits(bits));
    if (sign && bits < 32)
      w = sign_extended({w}, bits, 32)[0];
    const Operand v = e_.operand(w);
    return {word_of(sign ? signed_shift(n, v) : e_.shift_by(n, ShiftOp::B, none(), kind, v))};
  }
  const Operand far = left ? e_.operand(a[0]) : e_.operand(a[1]); // the word that bits come from
  const Operand near = left ? e_.operand(a[1]) : e_.operand(a[0]);
  const Operand from = e_.fresh(), to = e_.fresh();
  const BlockId much = e_.new_block(), behind = e_.new_block();
  const bool may_be_far = (by.possible() & 32) != 0;
  // less than 32
  const Operand rest = e_.alu(AluOp::NotB, none(), n);
  const Operand half =
      e_.shift(ShiftOp::B, none(), left ? ShiftKind::Right : ShiftKind::Left, 1, far);
  const Operand over =
      e_.shift_by(rest, ShiftOp::B, none(), left ? ShiftKind::Right : ShiftKind::Left, half);
  e_.move(to, e_.shift_by(n, ShiftOp::Or, over, kind, near));
  e_.move(from, sign ? signed_shift(n, far) : e_.shift_by(n, ShiftOp::B, none(), kind, far));
  if (may_be_far) {
    e_.branch_bit(n, 5, true, much, behind);
    e_.start(much);
    e_.move(to, from);
    if (sign)
      e_.put(from, arithmetic_right(word_of(far), 31));
    else
      e_.load_into(from, 0);
    e_.go(behind);
  } else {
    e_.go(behind);
  }
  e_.start(behind);
  if (left)
    return {word_of(from), word_of(to)};
  return {word_of(to), word_of(from)};
}

// ---- byte order ----

Words Selector::byte_swapped(const Words& a, unsigned bits) {
  if (bits == 16) {
    const Word low = masked(shifted_right(a[0], 8), 0xff),
               high = masked(shifted_left(a[0], 8), 0xff00);
    return {e_.combine(low, high, 0xffff)};
  }
  Words out;
  for (auto w = a.rbegin(); w != a.rend(); ++w) {
    if (w->is_constant()) {
      out.push_back(constant_word(__builtin_bswap32(w->constant)));
      continue;
    }
    const Operand full = e_.operand(*w), dst = e_.fresh();
    e_.shift_into(dst, ShiftOp::B, none(), ShiftKind::Rotate, 8, full);
    e_.field_into(dst, 0b0101, false, 24, full);
    out.push_back(word_of(dst));
  }
  return out;
}

} // namespace pw::nfp
