// a | b of words that don't overlap, in as few instructions as there are:
//   a | b << 16, b's upper half out of the way     alu_shf[d, a, OR, b, <<16]
//   bytes of b beside those of a                   ld_field[d, 1100, b, <<16] over a copy of a
#include "backends/nfp/select/emitter.h"

namespace pw::nfp {
namespace {

std::uint8_t bytes_of(Word32 bits) {
  std::uint8_t bytes = 0;
  for (unsigned i = 0; i < 4; ++i)
    if (bits >> 8 * i & 0xff)
      bytes |= std::uint8_t(1u << i);
  return bytes;
}

Word32 bits_of(std::uint8_t bytes) {
  Word32 bits = 0;
  for (unsigned i = 0; i < 4; ++i)
    if (bytes >> i & 1)
      bits |= Word32{0xff} << 8 * i;
  return bits;
}

struct Plan {
  enum { Shift, Field, Both } how = Both;
  bool swapped = false; // b is the one that stays as it is
  unsigned words = 0;
};

unsigned cost(const Word& w, Word32 care) {
  if (w.is_constant())
    return constant_words(w.constant);
  return extraction(w, care).words;
}

// Can `field` be put into whole bytes of `into`?
bool inserts(const Word& into, const Word& field, Word32 care) {
  if (field.is_constant() && field.constant > 0xff)
    return false;
  const std::uint8_t bytes = bytes_of(field.possible() & care);
  const Word32 garbage = ~field.mask & ~field.zero & care & bits_of(bytes);
  return !(bits_of(bytes) & into.possible() & care) && (field.is_constant() || garbage == 0);
}

unsigned field_cost(const Word& into, Word32 care) {
  // A copy of its own is needed to write into, unless it is computed anyway.
  return 1 + std::max(into.is_constant() ? std::max(1u, constant_words(into.constant)) : 1u,
                      cost(into, care));
}

Plan plan(const Word& a, const Word& b, Word32 care) {
  Plan best{Plan::Both, false, cost(a, care) + cost(b, care) + 1};
  for (const bool swapped : {false, true}) {
    const Word &x = swapped ? b : a, &y = swapped ? a : b;
    ShiftKind kind;
    unsigned amount;
    if (Emitter::pure_shift(y, care, kind, amount) && cost(x, care) + 1 < best.words)
      best = {Plan::Shift, swapped, cost(x, care) + 1};
    if (inserts(x, y, care) && field_cost(x, care) < best.words)
      best = {Plan::Field, swapped, field_cost(x, care)};
  }
  return best;
}

} // namespace

Word Emitter::insert(const Word& into, const Word& field, std::uint8_t bytes, Word32 care) {
  const Operand dst = fresh();
  put(dst, into, care);
  field_into(dst, bytes, false, field.is_constant() ? 0 : field.rotate,
             field.is_constant() ? constant(field.constant) : field.base);
  return word_of(dst, ~(into.possible() | field.possible()) & care);
}

Word Emitter::combine(const Word& a, const Word& b, Word32 care) {
  if (merges(a, b))
    return merged(a, b);
  const Plan p = plan(a, b, care);
  const Word &x = p.swapped ? b : a, &y = p.swapped ? a : b;
  const Word32 zero = ~(a.possible() | b.possible()) & care;
  if (p.how == Plan::Field)
    return insert(x, y, bytes_of(y.possible() & care), care);
  if (p.how == Plan::Both)
    return word_of(alu(AluOp::Or, operand(a, care), operand(b, care)), zero);
  ShiftKind kind = ShiftKind::Rotate;
  unsigned amount = 0;
  pure_shift(y, care, kind, amount);
  Word32 byte = y.constant;
  if (y.is_constant())
    as_rotated_byte(y.constant, byte, amount);
  const Operand other = y.is_constant() ? constant(byte) : y.base;
  const Operand first = operand(x, care);
  if (kind == ShiftKind::Rotate && amount == 0)
    return word_of(alu(AluOp::Or, first, other), zero);
  return word_of(shift(ShiftOp::Or, first, kind, amount, other), zero);
}

} // namespace pw::nfp
