// Every form of word through GNU's disassembler, which shares nothing with our encoder. Its text
// and ours must be the same, character by character, so every field that it shows is compared.

#include "backends/nfp/isa/encode.h"
#include "backends/nfp/isa/print.h"
#include "tests/backends/nfp/isa/gnu.h"
#include "tests/backends/nfp/isa/sweep.h"

#include <gtest/gtest.h>

#include <map>

namespace pw::nfp {
namespace {

struct Encoded {
  std::vector<Instruction> instructions;
  std::vector<std::uint64_t> words;
};

// Those that have a word.
Encoded encodable(const std::vector<Instruction>& all) {
  Encoded out;
  for (const Instruction& i : all)
    try {
      const std::uint64_t word = encode(i);
      out.words.push_back(with_ecc(word));
      out.instructions.push_back(i);
    } catch (const Failure&) {
    }
  return out;
}

std::map<Op, std::size_t> by_class(const Encoded& e) {
  std::map<Op, std::size_t> out;
  for (const Instruction& i : e.instructions)
    ++out[i.op];
  return out;
}

void expect_classes(const Encoded& e, std::size_t at_least) {
  const std::map<Op, std::size_t> counts = by_class(e);
  for (unsigned op = unsigned(Op::Nop); op <= unsigned(Op::Arbitrate); ++op) {
    const auto it = counts.find(static_cast<Op>(op));
    const bool single = op == unsigned(Op::Nop) || op == unsigned(Op::Arbitrate);
    EXPECT_GE(it == counts.end() ? 0 : it->second, single ? 1 : at_least) << "class " << op;
  }
}

void expect_same_text(const Encoded& e) {
  const std::vector<std::string> gnu = gnu_disassembly(e.words);
  ASSERT_EQ(gnu.size(), e.words.size());
  unsigned different = 0;
  for (std::size_t n = 0; n < gnu.size() && different < 20; ++n) {
    EXPECT_EQ(gnu[n], disassembly(e.instructions[n])) << std::hex << e.words[n];
    different += gnu[n] != disassembly(e.instructions[n]);
  }
}

#define NEEDS_OBJDUMP                                                                              \
  if (gnu_objdump().path.empty())                                                                  \
  GTEST_SKIP() << gnu_objdump().missing

TEST(Gnu, KnowsTheWordsByHand) {
  NEEDS_OBJDUMP;
  EXPECT_EQ(gnu_disassembly({0x0000'00f0'000c'0300, 0x0000'60d8'0060'8038}),
            (std::vector<std::string>{"nop", "br[.1], defer[2]"}));
}

TEST(Gnu, EveryFormReadsTheSame) {
  NEEDS_OBJDUMP;
  const Encoded e = encodable(systematic_instructions());
  EXPECT_GT(e.words.size(), 15'000u);
  expect_classes(e, 13);
  expect_same_text(e);
}

TEST(Gnu, RandomInstructionsReadTheSame) {
  NEEDS_OBJDUMP;
  const Encoded e = encodable(random_instructions(20261120, 100'000));
  EXPECT_GT(e.words.size(), 20'000u);
  expect_classes(e, 100);
  expect_same_text(e);
}

// The comparison sees a difference in a single bit that GNU shows.
TEST(Gnu, AWrongWordIsNoticed) {
  NEEDS_OBJDUMP;
  Instruction i{.op = Op::Alu, .dst = register_of(Bank::A, 1), .b = register_of(Bank::B, 2)};
  for (const unsigned bit : {10u, 20u, 31u, 41u})
    EXPECT_NE(gnu_disassembly({with_ecc(encode(i) ^ std::uint64_t{1} << bit)}).at(0),
              disassembly(i))
        << "bit " << bit;
}

} // namespace
} // namespace pw::nfp
