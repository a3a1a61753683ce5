#include "backends/nfp/select/word.h"

#include <algorithm>
#include <bit>

namespace pw::nfp {

Word constant_word(Word32 c) {
  Word w;
  w.constant = c;
  return w;
}

Word word_of(const Operand& base, Word32 zero) {
  Word w;
  w.base = base;
  w.zero = zero;
  return w;
}

Word32 rotated_right(Word32 v, unsigned by) { return std::rotr(v, int(by & 31)); }

Word masked(Word w, Word32 mask) {
  w.constant &= mask;
  w.mask &= mask;
  return w.possible() == 0 ? constant_word(0) : w;
}

Word shifted_right(Word w, unsigned by) {
  if (w.is_constant())
    return constant_word(w.constant >> by);
  w.rotate = std::uint8_t((w.rotate + by) & 31);
  w.mask = w.mask >> by;
  w.zero = rotated_right(w.zero, by);
  return w.possible() == 0 ? constant_word(0) : w;
}

Word shifted_left(Word w, unsigned by) {
  if (w.is_constant())
    return constant_word(w.constant << by);
  w.rotate = std::uint8_t((w.rotate - by) & 31);
  w.mask = w.mask << by;
  w.zero = rotated_right(w.zero, 32 - by);
  return w.possible() == 0 ? constant_word(0) : w;
}

bool merges(const Word& a, const Word& b) {
  if (a.is(0) || b.is(0))
    return true;
  if (a.is_constant() || b.is_constant())
    return a.is_constant() && b.is_constant();
  return a.base == b.base && a.rotate == b.rotate;
}

Word merged(const Word& a, const Word& b) {
  if (a.is(0))
    return b;
  if (b.is(0))
    return a;
  if (a.is_constant())
    return constant_word(a.constant | b.constant);
  Word w = a;
  w.mask |= b.mask;
  return w;
}

bool as_rotated_byte(Word32 c, Word32& byte, unsigned& rotate) {
  for (rotate = 0; rotate < 32; ++rotate) {
    byte = std::rotl(c, int(rotate));
    if (byte <= 0xff)
      return true;
  }
  return false;
}

unsigned constant_words(Word32 c) {
  if (c <= 0xff)
    return 0;
  for (const Word32 v : {c, ~c})
    for (unsigned bytes = 0; bytes < 3; ++bytes)
      if ((v & ~(Word32{0xffff} << 8 * bytes)) == 0)
        return 1;
  Word32 byte;
  unsigned rotate;
  return as_rotated_byte(c, byte, rotate) || as_rotated_byte(~c, byte, rotate) ? 1 : 2;
}

namespace {

// The bytes that `keep` touches, if `clear` touches none of them; else 0.
std::uint8_t whole_bytes(Word32 keep, Word32 clear) {
  std::uint8_t bytes = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const Word32 byte = Word32{0xff} << 8 * i;
    if ((keep & byte) && (clear & byte))
      return 0;
    if (keep & byte)
      bytes |= std::uint8_t(1u << i);
  }
  return bytes;
}

using Form = Extraction::Form;

Extraction one_instruction(const Word& w, Word32 keep, Word32 clear) {
  const unsigned right = w.rotate, left = (32 - w.rotate) & 31;
  const Word32 top = ~low_bits(32 - right), bottom = low_bits(left);
  Word32 byte;
  unsigned rotate;
  if (right != 0 && !(keep & top) && !(clear & ~top))
    return {Form::Right, 0, 0, 1};
  if (right != 0 && !(keep & bottom) && !(clear & ~bottom))
    return {Form::Left, 0, 0, 1};
  if (keep <= 0xff)
    return {Form::AndConstant, keep, 0, 1};
  if (clear <= 0xff)
    return {Form::DropConstant, clear, 0, 1};
  if (const std::uint8_t bytes = whole_bytes(keep, clear))
    return {Form::Field, 0, bytes, 1};
  if (w.rotate == 0 && as_rotated_byte(keep, byte, rotate))
    return {Form::AndRotated, keep, 0, 1};
  if (w.rotate == 0 && as_rotated_byte(clear, byte, rotate))
    return {Form::DropRotated, clear, 0, 1};
  return {Form::AndLoaded, keep, 0, 0};
}

} // namespace

Extraction extraction(const Word& w, Word32 care) {
  if (w.is_constant())
    return {Form::Load, 0, 0, constant_words(w.constant)};
  const Word32 keep = w.possible() & care, clear = ~w.mask & ~w.zero & care;
  if (clear == 0)
    return w.rotate == 0 ? Extraction{} : Extraction{Form::Rotate, 0, 0, 1};
  const Extraction one = one_instruction(w, keep, clear);
  if (one.words)
    return one;
  const unsigned first = unsigned(std::countr_zero(keep));
  const unsigned width = 32u - unsigned(std::countl_zero(keep)) - first;
  const bool at_an_end = first == 0 || first + width == 32;
  const bool in_one_piece = ((first + w.rotate) & 31) + width <= 32;
  if (at_an_end && in_one_piece && (clear & (low_bits(width) << first)) == 0)
    return {Form::TwoShifts, low_bits(width) << first, 0, 2};
  Word turned = w;
  turned.rotate = 0;
  if (w.rotate != 0 && one_instruction(turned, keep, clear).words)
    return {Form::RotateFirst, care, 0, 2};
  return {Form::AndLoaded, keep, 0, 1 + std::max(1u, constant_words(keep))};
}

} // namespace pw::nfp
