#include "backends/nfp/select/selector.h"

#include <bit>

namespace pw::nfp {

using namespace llvm;

void Selector::binary(BinaryOperator& i) {
  const unsigned bits = i.getType()->getIntegerBitWidth();
  const Words a = words(i.getOperand(0)), b = words(i.getOperand(1));
  const auto* by = dyn_cast<ConstantInt>(i.getOperand(1));
  switch (i.getOpcode()) {
  case llvm::Instruction::Add:
  case llvm::Instruction::Sub:
    return set(&i, add_or_subtract(a, b, i.getOpcode() == llvm::Instruction::Sub, bits));
  case llvm::Instruction::And:
  case llvm::Instruction::Or:
  case llvm::Instruction::Xor:
    return set(&i, logic(i.getOpcode(), a, b, bits));
  case llvm::Instruction::Mul:
    return set(&i, multiply(i));
  case llvm::Instruction::Shl:
  case llvm::Instruction::LShr:
  case llvm::Instruction::AShr:
    if (by)
      return set(&i, shift_by_constant(i.getOpcode(), a, unsigned(by->getZExtValue()), bits));
    return set(&i, shift_by_value(i.getOpcode(), a, b[0], bits));
  default:
    return set(&i, divide(i));
  }
}

// ---- addition ----

namespace {
// x + c as a subtraction of a small number, or the other way round?
bool better_negated(const Word& w) {
  return w.is_constant() && constant_words(0 - w.constant) < constant_words(w.constant);
}
} // namespace

Word Selector::sum(const Word& a, const Word& b, Word32 care) {
  if (a.is(0))
    return b;
  if (b.is(0))
    return a;
  if (a.is_constant() && b.is_constant())
    return constant_word(a.constant + b.constant);
  if (a.is_constant())
    return sum(b, a, care);
  if (better_negated(b))
    return word_of(e_.alu(AluOp::Subtract, e_.operand(a, care), e_.source(0 - b.constant)));
  return word_of(e_.alu(AluOp::Add, e_.operand(a, care), e_.operand(b, care)));
}

Words Selector::add_or_subtract(const Words& a, const Words& b, bool subtract, unsigned bits) {
  if (a.size() == 1) {
    const Word32 care = low_bits(bits);
    if (!subtract)
      return {sum(a[0], b[0], care)};
    if (b[0].is_constant())
      return {sum(a[0], constant_word(0 - b[0].constant), care)};
    return {word_of(e_.alu(AluOp::Subtract, e_.operand(a[0], care), e_.operand(b[0], care)))};
  }
  std::vector<std::pair<Operand, Operand>> sources; // first, so that nothing comes between
  for (unsigned i = 0; i < a.size(); ++i)
    sources.emplace_back(e_.operand(a[i]), e_.operand(b[i]));
  Words out;
  for (unsigned i = 0; i < a.size(); ++i) {
    const AluOp first = subtract ? AluOp::Subtract : AluOp::Add;
    const AluOp next = subtract ? AluOp::SubtractCarry : AluOp::AddCarry;
    out.push_back(word_of(e_.alu(i == 0 ? first : next, sources[i].first, sources[i].second)));
  }
  return out;
}

// ---- logic ----

Words Selector::logic(unsigned opcode, const Words& a, const Words& b, unsigned bits) {
  Words out;
  for (unsigned i = 0; i < a.size(); ++i)
    out.push_back(logic_word(opcode, a[i], b[i], low_bits(bits - 32 * i)));
  return out;
}

Word Selector::logic_word(unsigned opcode, const Word& a, const Word& b, Word32 care) {
  if (a.is_constant() && !b.is_constant())
    return logic_word(opcode, b, a, care);
  const bool constants = a.is_constant();
  switch (opcode) {
  case llvm::Instruction::And:
    if (b.is_constant())
      return masked(a, b.constant | ~care);
    return word_of(e_.alu(AluOp::And, e_.operand(a, care), e_.operand(b, care)),
                   ~(a.possible() & b.possible()) & care);
  case llvm::Instruction::Or:
    if (constants)
      return constant_word(a.constant | b.constant);
    if ((a.possible() & b.possible() & care) == 0)
      return e_.combine(a, b, care);
    return word_of(e_.alu(AluOp::Or, e_.operand(a, care), e_.operand(b, care)),
                   ~(a.possible() | b.possible()) & care);
  default:
    if (constants)
      return constant_word(a.constant ^ b.constant);
    if (b.is(0))
      return a;
    if (b.is_constant() && (b.constant & care) == care)
      return word_of(e_.alu(AluOp::NotB, none(), e_.operand(a, care)));
    return word_of(e_.alu(AluOp::Xor, e_.operand(a, care), e_.operand(b, care)),
                   ~(a.possible() | b.possible()) & care);
  }
}

// ---- multiplication ----

// Shifts and sums for a constant with few digits (each -1, 0 or 1), which cost less than the steps.
Word Selector::multiply_by(const Word& a, Word32 factor) {
  Word total = constant_word(0);
  std::uint64_t rest = factor;
  std::vector<std::pair<unsigned, bool>> digits; // place, negative
  for (unsigned at = 0; rest != 0 && at < 32; ++at, rest >>= 1)
    if (rest & 1) {
      const bool negative = (rest & 3) == 3;
      digits.emplace_back(at, negative);
      rest = negative ? rest + 1 : rest - 1;
    }
  std::stable_sort(digits.begin(), digits.end(),
                   [](auto x, auto y) { return x.second < y.second; });
  for (const auto& [place, negative] : digits) {
    const Word part = shifted_left(a, place);
    if (negative && total.is(0))
      total = word_of(e_.alu(AluOp::Subtract, constant(0), e_.operand(part)));
    else if (negative)
      total = word_of(e_.alu(AluOp::Subtract, e_.operand(total), e_.operand(part)));
    else
      total = sum(total, part, ~Word32{0});
  }
  return total;
}

namespace {
unsigned digit_cost(Word32 factor) {
  const unsigned digits =
      unsigned(std::popcount(std::uint64_t{factor} ^ std::uint64_t{factor} * 3));
  return digits == 0 ? 0 : 2 * digits - 1;
}
} // namespace

// The low word of a product, and the high one if it is asked for. small: of 16-bit numbers.
Word Selector::product(const Word& a, const Word& b, bool small, Word* high) {
  const Operand x = e_.operand(a), y = e_.operand(b);
  const auto step = [&](MultiplyStep s, const Operand& dst) {
    Instruction i;
    i.op = Op::Multiply;
    i.multiply = small ? MultiplyKind::M16x16 : MultiplyKind::M32x32;
    i.step = s;
    i.dst = dst;
    if (s != MultiplyStep::Last && s != MultiplyStep::Last2) {
      i.a = x;
      i.b = y;
    }
    i.follows = true;
    e_.push(std::move(i));
  };
  Instruction start;
  start.op = Op::Multiply;
  start.multiply = MultiplyKind::Start;
  start.a = x;
  start.b = y;
  e_.push(std::move(start));
  for (unsigned s = 0; s < (small ? 2u : 4u); ++s)
    step(MultiplyStep(s), none());
  const Operand low = e_.fresh();
  step(MultiplyStep::Last, low);
  if (high) {
    const Operand up = e_.fresh();
    step(MultiplyStep::Last2, up);
    *high = word_of(up);
  }
  return word_of(low);
}

Words Selector::multiply(BinaryOperator& i) {
  const unsigned bits = i.getType()->getIntegerBitWidth();
  if (bits > 64)
    throw Failure(diagnose("PW-NFP-211", "a multiplication of numbers of more than 64 bits"));
  const Words a = words(i.getOperand(0)), b = words(i.getOperand(1));
  const Word x = clean(i.getOperand(0)), y = clean(i.getOperand(1));
  const bool small = x.possible() <= 0xffff && y.possible() <= 0xffff;
  const unsigned steps = small ? 4 : 6;
  if (bits <= 32) {
    if (y.is_constant() && digit_cost(y.constant) <= steps + constant_words(y.constant))
      return {multiply_by(a[0], y.constant)};
    return {product(small ? x : a[0], small ? y : b[0], small, nullptr)};
  }
  Word high = constant_word(0);
  const Word low = product(a[0], b[0], small, small ? nullptr : &high);
  for (const auto& [p, q] : {std::pair{a[0], b[1]}, std::pair{b[0], a[1]}}) {
    if (q.is(0) || p.is(0))
      continue;
    const Word part = q.is_constant() && digit_cost(q.constant) <= 6
                          ? multiply_by(p, q.constant)
                          : product(p, q, false, nullptr);
    high = sum(high, part, ~Word32{0});
  }
  return {low, high};
}

// ---- casts ----

void Selector::cast(CastInst& i) {
  const Value* from = i.getOperand(0);
  const unsigned narrow = from->getType()->getIntegerBitWidth();
  const unsigned wide = i.getType()->getIntegerBitWidth();
  Words w = words(from);
  if (isa<TruncInst>(i)) {
    w.resize((wide + 31) / 32);
    return set(&i, std::move(w));
  }
  if (isa<SExtInst>(i))
    return set(&i, sign_extended(w, narrow, wide));
  w.back() = masked(w.back(), low_bits(narrow - 32 * unsigned(w.size() - 1)));
  w.resize((wide + 31) / 32, constant_word(0));
  set(&i, std::move(w));
}

Words Selector::sign_extended(const Words& from, unsigned narrow, unsigned wide) {
  Words w = from;
  const unsigned in_top = narrow - 32 * unsigned(w.size() - 1);
  if (in_top < 32)
    w.back() = arithmetic_right(shifted_left(w.back(), 32 - in_top), 32 - in_top);
  const unsigned size = (wide + 31) / 32;
  if (w.size() < size)
    w.resize(size, arithmetic_right(w.back(), 31));
  return w;
}

} // namespace pw::nfp
