// Writes instructions on virtual values into a Function, one block after another.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/select/word.h"

namespace pw::nfp {

class Emitter {
public:
  explicit Emitter(Function& f) : f_(f) {}

  // Blocks.
  BlockId new_block();
  void start(BlockId b) { here_ = b; }
  BlockId here() const { return here_; }
  void go(BlockId to); // the block ends; it goes on in `to`
  void finish();       // the program ends here
  // Ends the block with a branch.
  void branch(Condition, BlockId taken, BlockId next);
  void branch_bit(const Operand&, unsigned bit, bool set, BlockId taken, BlockId next);
  void branch_byte(const Operand&, unsigned byte, Word32 value, bool equal, BlockId taken,
                   BlockId next);

  // Instructions. Those that return an operand put their result into a new virtual value.
  Operand fresh() { return virtual_value(f_.values++); }
  Instruction& push(Instruction);
  Operand alu(AluOp, const Operand& a, const Operand& b);
  void alu_into(const Operand& dst, AluOp, const Operand& a, const Operand& b);
  void shift_into(const Operand& dst, ShiftOp, const Operand& a, ShiftKind, unsigned amount,
                  const Operand& b);
  Operand shift(ShiftOp, const Operand& a, ShiftKind, unsigned amount, const Operand& b);
  // Amount from the low 5 bits of `by`; the instruction that hands it over comes before.
  Operand shift_by(const Operand& by, ShiftOp, const Operand& a, ShiftKind, const Operand& b);
  void field_into(const Operand& dst, std::uint8_t bytes, bool zero_others, unsigned rotate,
                  const Operand& b);
  void load_into(const Operand& dst, Word32 value);
  void move(const Operand& dst, const Operand& src);
  unsigned group(unsigned words, bool out);

  // A constant as a source: an immediate where it fits.
  Operand source(Word32);
  // The word in a register or another operand that an instruction can take.
  Operand operand(const Word&, Word32 care = ~Word32{0});
  void put(const Operand& dst, const Word&, Word32 care = ~Word32{0});
  // As the shifted operand of a Shift instruction; false if it needs more than a shift.
  static bool pure_shift(const Word&, Word32 care, ShiftKind&, unsigned& amount);
  // a | b of disjoint words.
  Word combine(const Word& a, const Word& b, Word32 care = ~Word32{0});

  Function& function() { return f_; }
  SourceLocation where;

private:
  void extract(const Operand& dst, const Word&, const Extraction&);
  Word insert(const Word& into, const Word& field, std::uint8_t bytes, Word32 care);

  Function& f_;
  BlockId here_ = 0;
};

} // namespace pw::nfp
