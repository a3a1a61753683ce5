// Words that are not computed yet: whatever instructions are chosen for them, they give what the
// word says, in all bits that matter.
#include "backends/nfp/isa/print.h"
#include "backends/nfp/select/emitter.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

namespace pw::nfp {
namespace {

// Executes what Emitter writes.
class Machine {
public:
  std::map<std::uint32_t, Word32> values;

  Word32 source(const Operand& o) const {
    return o.kind == Operand::Kind::Constant  ? o.number
           : o.kind == Operand::Kind::Virtual ? values.at(o.number)
                                              : 0;
  }

  void run(const std::vector<Instruction>& body) {
    for (const Instruction& i : body)
      values[i.dst.number] = result(i);
  }

private:
  Word32 result(const Instruction& i) const {
    switch (i.op) {
    case Op::LoadValue:
      return i.value;
    case Op::Alu:
      return alu(i.alu, source(i.a), source(i.b));
    case Op::Shift:
      return shift(i);
    case Op::LdField:
      return field(i);
    default:
      ADD_FAILURE() << print(i);
      return 0;
    }
  }

  static Word32 alu(AluOp op, Word32 a, Word32 b) {
    switch (op) {
    case AluOp::B:
      return b;
    case AluOp::And:
      return a & b;
    case AluOp::AAndNotB:
      return a & ~b;
    case AluOp::Or:
      return a | b;
    default:
      ADD_FAILURE() << "operation " << int(op);
      return 0;
    }
  }

  Word32 shift(const Instruction& i) const {
    const Word32 a = source(i.a), b = source(i.b);
    const Word32 moved = i.shift == ShiftKind::Rotate ? std::rotr(b, i.amount)
                         : i.shift == ShiftKind::Left ? b << i.amount
                                                      : b >> i.amount;
    switch (i.shift_op) {
    case ShiftOp::B:
      return moved;
    case ShiftOp::And:
      return a & moved;
    case ShiftOp::NotAAndB:
      return ~a & moved;
    case ShiftOp::AAndNotB:
      return a & ~moved;
    case ShiftOp::Or:
      return a | moved;
    default:
      ADD_FAILURE() << print(i);
      return 0;
    }
  }

  Word32 field(const Instruction& i) const {
    Word32 mask = 0;
    for (unsigned byte = 0; byte < 4; ++byte)
      if (i.byte_mask >> byte & 1)
        mask |= Word32{0xff} << 8 * byte;
    const Word32 old = i.zero_others ? 0 : values.at(i.dst.number);
    return (std::rotr(source(i.b), i.amount) & mask) | (old & ~mask);
  }
};

class Words : public testing::Test {
protected:
  std::mt19937 random{20};
  Function f;
  Emitter e{f};
  Machine machine;

  Words() { e.start(e.new_block()); }

  Word32 below(Word32 n) { return Word32(random()) % n; }

  Word32 some_mask() {
    const unsigned first = below(32), width = 1 + below(32 - first);
    switch (below(5)) {
    case 0:
      return Word32(random());
    case 1:
      return 0xffu << 8 * below(4);
    case 2:
      return 0xffffu << 8 * below(3);
    case 3:
      return ~Word32{0};
    default:
      return low_bits(width) << first;
    }
  }

  Word some_word() {
    if (below(6) == 0)
      return constant_word(below(2) ? some_mask() : below(256));
    const Operand base = e.fresh();
    const Word32 zero = below(2) ? 0 : some_mask();
    Word w = word_of(base);
    w.rotate = std::uint8_t(below(2) ? below(4) * 8 : below(32));
    w.zero = zero;
    w.mask = some_mask();
    machine.values[base.number] = std::rotl(Word32(random()) & ~zero, w.rotate);
    return w;
  }

  Word32 meaning(const Word& w) const {
    return w.is_constant() ? w.constant
                           : std::rotr(machine.source(w.base), w.rotate) & (w.mask | w.zero);
  }

  std::string text() const {
    std::string all;
    for (const Instruction& i : f.blocks[0].body)
      all += print(i) + "\n";
    return all;
  }
};

TEST_F(Words, ComeIntoRegistersAsTheyAre) {
  for (unsigned n = 0; n < 20'000; ++n) {
    f.blocks[0].body.clear();
    const Word w = some_word();
    const Word32 expected = meaning(w), care = below(2) ? ~Word32{0} : some_mask();
    const Operand o = e.operand(w, care);
    machine.run(f.blocks[0].body);
    ASSERT_EQ(machine.source(o) & care, expected & care) << n << "\n" << text();
    unsigned cost = 0;
    for (const Instruction& i : f.blocks[0].body)
      cost += i.op == Op::LoadValue ? std::max(1u, constant_words(i.value)) : 1;
    ASSERT_LE(cost, extraction(w, care).words) << text();
  }
}

TEST_F(Words, CombineWhereTheyDontOverlap) {
  for (unsigned n = 0; n < 20'000; ++n) {
    f.blocks[0].body.clear();
    const Word a = some_word();
    const Word b = masked(some_word(), ~a.possible());
    const Word32 care = below(2) ? ~Word32{0} : some_mask();
    const Word32 expected = meaning(a) | meaning(b);
    const Word both = e.combine(a, b, care);
    machine.run(f.blocks[0].body);
    ASSERT_EQ(meaning(both) & care, expected & care) << n << "\n" << text();
  }
}

TEST_F(Words, ShiftAndMaskForNothing) {
  for (unsigned n = 0; n < 20'000; ++n) {
    const Word w = some_word();
    const unsigned by = below(32);
    const Word32 mask = some_mask(), before = meaning(w);
    ASSERT_EQ(meaning(shifted_left(w, by)), before << by);
    ASSERT_EQ(meaning(shifted_right(w, by)), before >> by);
    ASSERT_EQ(meaning(masked(w, mask)), before & mask);
  }
  EXPECT_TRUE(f.blocks[0].body.empty());
}

// Two bytes of one register side by side are a field again.
TEST_F(Words, NeighboursMerge) {
  const Operand base = e.fresh();
  const Word low = masked(shifted_right(word_of(base), 8), 0xff);
  const Word high = shifted_left(masked(shifted_right(word_of(base), 16), 0xff), 8);
  ASSERT_TRUE(merges(low, high));
  EXPECT_EQ(merged(low, high).possible(), 0xffffu);
  EXPECT_EQ(extraction(merged(low, high), ~0u).words, 1u);
}

TEST(Constants, CostWhatTheyTake) {
  EXPECT_EQ(constant_words(0xff), 0u);
  for (const Word32 c : {0x100u, 0xffffu, 0x110000u, 0xffff0000u, 0xfffffff0u, 0x3fc00000u})
    EXPECT_EQ(constant_words(c), 1u) << c;
  EXPECT_EQ(constant_words(0xdeadbeef), 2u);
}

} // namespace
} // namespace pw::nfp
