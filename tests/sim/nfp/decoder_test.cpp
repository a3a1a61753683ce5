// The simulator's decoder against the code generator's encoder, field by field, over every form of
// word: they share no code, and GNU's disassembler reads the same words as the encoder means them
// (tests/backends/nfp/isa).

#include "backends/nfp/isa/encode.h"
#include "backends/nfp/isa/print.h"
#include "sim/nfp/word.h"
#include "tests/backends/nfp/isa/sweep.h"

#include <gtest/gtest.h>

namespace pw::me {
namespace {

using nfp::Bank;
using nfp::Instruction;
using nfp::Op;
using nfp::Operand;

bool same_register(const Place& p, const Operand& o) {
  return p.kind == Place::Kind::Register && p.value == o.number &&
         (o.bank == Bank::Both || p.bank == (o.bank == Bank::B ? 1 : 0));
}

bool same_local(const Place& p, const Operand& o) {
  const int step = o.step == Operand::Step::Increment   ? 1
                   : o.step == Operand::Step::Decrement ? -1
                                                        : 0;
  return p.kind == Place::Kind::Local && p.index == o.number && p.value == o.offset &&
         p.step == step;
}

bool same(const Place& p, const Operand& o) {
  switch (o.kind) {
  case Operand::Kind::None:
    return p.kind == Place::Kind::None;
  case Operand::Kind::Register:
    return same_register(p, o);
  case Operand::Kind::Transfer:
    return p.kind == Place::Kind::Transfer && p.value == o.number;
  case Operand::Kind::Local:
    return same_local(p, o);
  case Operand::Kind::Constant:
    return p.kind == Place::Kind::Constant && p.value == o.number;
  case Operand::Kind::Virtual:
    break;
  }
  return false;
}

// A source that an operation doesn't have leaves its field empty.
bool same_source(const Place& p, const Operand& o) {
  return o.kind == Operand::Kind::None || same(p, o);
}

bool same_destination(const Word& w, const Operand& o) {
  const bool both = o.kind == Operand::Kind::Register && o.bank == Bank::Both;
  return same(w.dst, o) && w.both == both;
}

bool same_sources(const Word& w, const Instruction& i) {
  return same_source(w.left, i.a) && same_source(w.right, i.b);
}

bool same_shift(const Word& w, const Instruction& i) {
  return w.op == unsigned(i.shift_op) && unsigned(w.shift) == unsigned(i.shift) &&
         w.indirect == i.indirect && (i.indirect || w.amount == i.amount) && same_sources(w, i) &&
         same_destination(w, i.dst) && w.conditions == i.set_conditions;
}

bool same_alu(const Word& w, const Instruction& i) {
  return w.op == unsigned(i.alu) && same_sources(w, i) && same_destination(w, i.dst) &&
         w.conditions == i.set_conditions;
}

bool same_immediate(const Word& w, const Instruction& i) {
  const unsigned shift = 8u * i.byte_shift;
  const std::uint32_t written = i.immediate_width == 0   ? 0xffffffff
                                : i.immediate_width == 1 ? 0xffu << shift
                                                         : 0xffffu << shift;
  return w.byte_mask == written && w.invert == i.invert &&
         w.immediate == (std::uint32_t{i.immediate} << shift & written) &&
         same_destination(w, i.dst);
}

bool same_field(const Word& w, const Instruction& i) {
  std::uint32_t mask = 0;
  for (unsigned byte = 0; byte < 4; ++byte)
    if ((i.byte_mask >> byte & 1) != 0)
      mask |= 0xffu << 8 * byte;
  return w.byte_mask == mask && w.zero_others == i.zero_others && w.amount == i.amount &&
         w.shift == ShiftMode::Rotate && same_destination(w, i.dst) && same_source(w.right, i.b) &&
         !w.conditions;
}

bool same_multiplication(const Word& w, const Instruction& i) {
  return w.multiply == unsigned(i.multiply) && w.op == unsigned(i.step) && same_sources(w, i) &&
         (w.op < 4 || same_destination(w, i.dst)) && w.conditions == i.set_conditions;
}

bool same_command(const Word& w, const Instruction& i) {
  const bool adds = i.memory == nfp::Memory::Add || i.memory == nfp::Memory::AddImmediate;
  const unsigned count = adds ? (i.wide ? 5 : 1) : ((i.count - 1u) & 7) + 1;
  return w.count == count && w.mode == unsigned(i.mode) && w.indirect == i.indirect &&
         w.swap_out == i.swap_context && w.defer == i.defer && w.transfer == i.data.number &&
         same_sources(w, i);
}

bool same_branch(const Word& w, const Instruction& i) {
  if (w.defer != i.defer || (i.op != Op::Return && w.address != nfp::address_field(i)))
    return false;
  switch (i.op) {
  case Op::Branch:
    return w.op == unsigned(i.condition);
  case Op::BranchBit:
    return w.bit == i.bit && w.set == i.bit_set && same(w.left, i.a);
  case Op::BranchByte:
    return w.byte == i.byte && w.byte_value == i.byte_value && w.set == i.byte_equal &&
           same(w.left, i.a);
  default:
    return same(w.left, i.a);
  }
}

bool same(const Word& w, const Instruction& i) {
  switch (i.op) {
  case Op::Nop:
    return w.kind == Class::Immed && w.dst.kind == Place::Kind::None;
  case Op::Alu:
    return w.kind == Class::Alu && same_alu(w, i);
  case Op::Shift:
    return w.kind == Class::Shift && same_shift(w, i);
  case Op::Immed:
    return w.kind == Class::Immed && same_immediate(w, i);
  case Op::LdField:
    return w.kind == Class::LdField && same_field(w, i);
  case Op::CsrRead:
    return w.kind == Class::Csr && !w.write && w.csr == i.csr;
  case Op::CsrWrite:
    return w.kind == Class::Csr && w.write && w.csr == i.csr && same(w.left, i.a);
  case Op::Multiply:
    return w.kind == Class::Multiply && same_multiplication(w, i);
  case Op::Command:
    return w.kind == Class::Command && same_command(w, i);
  case Op::Branch:
    return w.kind == Class::Branch && same_branch(w, i);
  case Op::BranchBit:
    return w.kind == Class::BranchBit && same_branch(w, i);
  case Op::BranchByte:
    return w.kind == Class::BranchByte && same_branch(w, i);
  case Op::Return:
    return w.kind == Class::Return && same_branch(w, i);
  case Op::Arbitrate:
    return w.kind == Class::Arbitrate && w.events == 1 && w.defer == i.defer;
  default:
    return false;
  }
}

struct Count {
  unsigned words = 0, not_simulated = 0;
};

// What the encoder makes must not be illegal for the decoder; it may be more than is simulated.
void check(const Instruction& i, Count& count) {
  std::uint64_t word = 0;
  try {
    word = nfp::with_ecc(nfp::encode(i));
  } catch (const Failure&) {
    return;
  }
  ++count.words;
  try {
    const Word w = decode(word);
    EXPECT_TRUE(same(w, i)) << nfp::print(i) << " was read as " << to_text(w);
  } catch (const BadWord& bad) {
    EXPECT_FALSE(bad.illegal) << nfp::print(i) << ": " << bad.what();
    ++count.not_simulated;
  }
}

void check(const std::vector<Instruction>& all, unsigned at_least) {
  Count count;
  for (const Instruction& i : all) {
    check(i, count);
    if (testing::Test::HasFailure() && count.words % 50 == 0)
      return; // enough has been seen
  }
  EXPECT_GE(count.words, at_least);
  EXPECT_LT(count.not_simulated, count.words / 4);
}

TEST(Decoder, EveryFormIsReadAsMeant) { check(nfp::systematic_instructions(), 15'000); }

TEST(Decoder, RandomInstructionsAreReadAsMeant) {
  check(nfp::random_instructions(7, 100'000), 20'000);
}

} // namespace
} // namespace pw::me
