#include "backends/nfp/select/emitter.h"

#include <bit>

namespace pw::nfp {

BlockId Emitter::new_block() {
  f_.blocks.emplace_back();
  return BlockId(f_.blocks.size() - 1);
}

void Emitter::go(BlockId to) { f_.blocks[here_].next = to; }
void Emitter::finish() { f_.blocks[here_].next.reset(); }

namespace {
void end(Block& block, Instruction branch, BlockId taken, BlockId next) {
  branch.target = {Target::Kind::Block, taken};
  block.branch = std::move(branch);
  block.taken = taken;
  block.next = next;
}
} // namespace

void Emitter::branch(Condition c, BlockId taken, BlockId next) {
  Instruction i;
  i.op = Op::Branch;
  i.condition = c;
  i.where = where;
  end(f_.blocks[here_], std::move(i), taken, next);
}

void Emitter::branch_bit(const Operand& a, unsigned bit, bool set, BlockId taken, BlockId next) {
  Instruction i;
  i.op = Op::BranchBit;
  i.a = a;
  i.bit = std::uint8_t(bit);
  i.bit_set = set;
  i.where = where;
  end(f_.blocks[here_], std::move(i), taken, next);
}

void Emitter::branch_byte(const Operand& a, unsigned byte, Word32 value, bool equal, BlockId taken,
                          BlockId next) {
  Instruction i;
  i.op = Op::BranchByte;
  i.a = a;
  i.byte = std::uint8_t(byte);
  i.byte_value = std::uint8_t(value);
  i.byte_equal = equal;
  i.where = where;
  end(f_.blocks[here_], std::move(i), taken, next);
}

Instruction& Emitter::push(Instruction i) {
  i.where = where;
  auto& body = f_.blocks[here_].body;
  body.push_back(std::move(i));
  return body.back();
}

void Emitter::alu_into(const Operand& dst, AluOp op, const Operand& a, const Operand& b) {
  Instruction i;
  i.op = Op::Alu;
  i.alu = op;
  i.dst = dst;
  i.a = a;
  i.b = b;
  push(std::move(i));
}

Operand Emitter::alu(AluOp op, const Operand& a, const Operand& b) {
  const Operand dst = fresh();
  alu_into(dst, op, a, b);
  return dst;
}

void Emitter::shift_into(const Operand& dst, ShiftOp op, const Operand& a, ShiftKind kind,
                         unsigned amount, const Operand& b) {
  Instruction i;
  i.op = Op::Shift;
  i.shift_op = op;
  i.dst = dst;
  i.a = a;
  i.b = b;
  i.shift = kind;
  i.amount = std::uint8_t(amount);
  push(std::move(i));
}

Operand Emitter::shift(ShiftOp op, const Operand& a, ShiftKind kind, unsigned amount,
                       const Operand& b) {
  const Operand dst = fresh();
  shift_into(dst, op, a, kind, amount, b);
  return dst;
}

Operand Emitter::shift_by(const Operand& by, ShiftOp op, const Operand& a, ShiftKind kind,
                          const Operand& b) {
  alu_into(none(), AluOp::Or, by, constant(0));
  const Operand dst = fresh();
  shift_into(dst, op, a, kind, 0, b);
  Instruction& i = f_.blocks[here_].body.back();
  i.indirect = i.follows = true;
  return dst;
}

void Emitter::field_into(const Operand& dst, std::uint8_t bytes, bool zero_others, unsigned rotate,
                         const Operand& b) {
  Instruction i;
  i.op = Op::LdField;
  i.dst = dst;
  i.b = b;
  i.byte_mask = bytes;
  i.zero_others = zero_others;
  i.shift = ShiftKind::Rotate;
  i.amount = std::uint8_t(rotate & 31);
  push(std::move(i));
}

void Emitter::load_into(const Operand& dst, Word32 value) {
  // Halves can be written one after the other only where they can be read.
  if (dst.kind != Operand::Kind::Virtual && constant_words(value) > 1)
    return move(dst, source(value));
  Instruction i;
  i.op = Op::LoadValue;
  i.dst = dst;
  i.value = value;
  push(std::move(i));
}

void Emitter::move(const Operand& dst, const Operand& src) {
  if (dst != src)
    alu_into(dst, AluOp::B, none(), src);
}

unsigned Emitter::group(unsigned words, bool out) {
  f_.transfers.push_back({words, out});
  return unsigned(f_.transfers.size() - 1);
}

Operand Emitter::source(Word32 c) {
  if (c <= 0xff)
    return constant(c);
  const Operand dst = fresh();
  load_into(dst, c);
  return dst;
}

Operand Emitter::operand(const Word& w, Word32 care) {
  if (w.is_constant())
    return source(w.constant);
  const Extraction e = extraction(w, care);
  if (e.form == Extraction::Form::Nothing)
    return w.base;
  const Operand dst = fresh();
  extract(dst, w, e);
  return dst;
}

void Emitter::put(const Operand& dst, const Word& w, Word32 care) {
  if (w.is_constant())
    return load_into(dst, w.constant);
  const Extraction e = extraction(w, care);
  const bool in_register = dst.kind == Operand::Kind::Virtual;
  if (e.form == Extraction::Form::Field && !in_register)
    return move(dst, operand(w, care));
  extract(dst, w, e);
}

void Emitter::extract(const Operand& dst, const Word& w, const Extraction& e) {
  using Form = Extraction::Form;
  const unsigned right = w.rotate, left = (32 - w.rotate) & 31;
  Word32 byte = 0;
  unsigned rotate = 0;
  switch (e.form) {
  case Form::Nothing:
    return move(dst, w.base);
  case Form::Load:
    return load_into(dst, w.constant);
  case Form::Rotate:
    return shift_into(dst, ShiftOp::B, none(), ShiftKind::Rotate, right, w.base);
  case Form::Right:
    return shift_into(dst, ShiftOp::B, none(), ShiftKind::Right, right, w.base);
  case Form::Left:
    return shift_into(dst, ShiftOp::B, none(), ShiftKind::Left, left, w.base);
  case Form::Field:
    return field_into(dst, e.bytes, true, right, w.base);
  case Form::AndConstant:
    if (right == 0)
      return alu_into(dst, AluOp::And, w.base, constant(e.mask));
    return shift_into(dst, ShiftOp::And, constant(e.mask), ShiftKind::Rotate, right, w.base);
  case Form::DropConstant:
    if (right == 0)
      return alu_into(dst, AluOp::AAndNotB, w.base, constant(e.mask));
    return shift_into(dst, ShiftOp::NotAAndB, constant(e.mask), ShiftKind::Rotate, right, w.base);
  case Form::AndRotated:
  case Form::DropRotated:
    as_rotated_byte(e.mask, byte, rotate);
    return shift_into(dst, e.form == Form::AndRotated ? ShiftOp::And : ShiftOp::AAndNotB, w.base,
                      ShiftKind::Rotate, rotate, constant(byte));
  case Form::TwoShifts: {
    const unsigned first = unsigned(std::countr_zero(e.mask));
    const unsigned width = unsigned(std::popcount(e.mask));
    const unsigned in_base = (first + right) & 31; // of its lowest bit
    const bool down = first == 0; // to the top first, then down; or the other way round
    const unsigned one = down ? 32 - in_base - width : in_base;
    const Operand t =
        shift(ShiftOp::B, none(), down ? ShiftKind::Left : ShiftKind::Right, one, w.base);
    return shift_into(dst, ShiftOp::B, none(), down ? ShiftKind::Right : ShiftKind::Left,
                      32 - width, t);
  }
  case Form::RotateFirst: {
    Word turned = w;
    turned.base = shift(ShiftOp::B, none(), ShiftKind::Rotate, right, w.base);
    turned.rotate = 0;
    return put(dst, turned, e.mask);
  }
  case Form::AndLoaded:
    break;
  }
  const Operand mask = source(e.mask);
  if (right == 0)
    return alu_into(dst, AluOp::And, w.base, mask);
  shift_into(dst, ShiftOp::And, mask, ShiftKind::Rotate, right, w.base);
}

bool Emitter::pure_shift(const Word& w, Word32 care, ShiftKind& kind, unsigned& amount) {
  if (w.is_constant()) {
    Word32 byte;
    kind = ShiftKind::Rotate;
    return as_rotated_byte(w.constant, byte, amount);
  }
  switch (extraction(w, care).form) {
  case Extraction::Form::Nothing:
  case Extraction::Form::Rotate:
    kind = ShiftKind::Rotate;
    amount = w.rotate;
    return true;
  case Extraction::Form::Right:
    kind = ShiftKind::Right;
    amount = w.rotate;
    return true;
  case Extraction::Form::Left:
    kind = ShiftKind::Left;
    amount = (32u - w.rotate) & 31;
    return true;
  default:
    return false;
  }
}

} // namespace pw::nfp
