// One 32-bit word of an LLVM value that has perhaps not been computed yet: a register (or a
// transfer register, or local memory), rotated and masked. Shifts, masks, truncations and
// extensions of fields cost nothing until an instruction needs the result, and most instructions
// that take it do the rotation themselves.
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <cstdint>
#include <vector>

namespace pw::nfp {

struct Word {
  Operand base; // None: `constant`
  Word32 constant = 0;
  std::uint8_t rotate = 0;  // base is rotated right by so much,
  Word32 mask = ~Word32{0}; // and bits that aren't in the mask are 0;
  Word32 zero = 0;          // bits of the rotated base that are 0 anyway

  bool is_constant() const { return base.kind == Operand::Kind::None; }
  bool is(Word32 c) const { return is_constant() && constant == c; }
  // Bits that may be set.
  Word32 possible() const { return is_constant() ? constant : mask & ~zero; }
};
// Of an LLVM value of N bits, the low word first: (N + 31) / 32 of them. Bits behind N: anything.
using Words = std::vector<Word>;

Word constant_word(Word32);
Word word_of(const Operand&, Word32 zero = 0);
constexpr Word32 low_bits(unsigned n) { return n >= 32 ? ~Word32{0} : (Word32{1} << n) - 1; }
Word32 rotated_right(Word32, unsigned);

Word masked(Word, Word32 mask);
Word shifted_right(Word, unsigned by); // 0..31
Word shifted_left(Word, unsigned by);
// Of the same base: a | b without an instruction?
bool merges(const Word& a, const Word& b);
Word merged(const Word& a, const Word& b);

// How a word comes into a register.
struct Extraction {
  enum class Form : std::uint8_t {
    Nothing, // is there
    Load,    // a constant
    Rotate,
    Right,
    Left,
    Field,        // LdField
    AndConstant,  // rotated base AND mask (8 bits)
    DropConstant, // rotated base without mask (8 bits)
    AndRotated,   // base AND (8 bits rotated)
    DropRotated,
    TwoShifts,   // a field that ends at an end of the word: one way, then the other
    RotateFirst, // then one of the forms above, with `mask` as the bits that matter
    AndLoaded,   // rotated base AND a loaded constant
  };
  Form form = Form::Nothing;
  Word32 mask = 0;        // of the constant forms
  std::uint8_t bytes = 0; // Field
  unsigned words = 0;     // what it costs
};
// care: bits of the result that matter.
Extraction extraction(const Word&, Word32 care);

// An 8-bit number n and a rotation to the right that make c; false if there are none.
bool as_rotated_byte(Word32 c, Word32& byte, unsigned& rotate);
// Immediate instructions that a constant costs: 0 where it fits an operand.
unsigned constant_words(Word32);

} // namespace pw::nfp
