// What is no instruction of RFC 9669 is refused, all of it at once.
#include "frontend/isa/isa.h"
#include "support/diagnostic.h"

#include <gtest/gtest.h>

#include <random>

using namespace pw;

namespace {

bpf_insn make(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

const bpf_insn Nop = make(0x05, 0, 0, 0, 0);
const bpf_insn Last = make(0x95, 0, 0, 0, 0);

std::vector<Diagnostic> problems(const std::vector<bpf_insn>& program) {
  try {
    isa::decode(program);
  } catch (const Failure& f) {
    return f.diagnostics();
  }
  return {};
}

TEST(Refuse, AllAtOnceInOrderOfFinding) {
  const auto found = problems({make(0xff, 0, 0, 0, 0), make(0x05, 0, 0, 100, 0),
                               make(0x8d, 0, 0, 0, 0), make(0x05, 0, 0, -9, 0), Last});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].code, "PW-VER-001");
  EXPECT_EQ(found[0].insn, 0u);
  EXPECT_EQ(found[1].code, "PW-VER-001");
  EXPECT_EQ(found[1].insn, 2u);
  EXPECT_EQ(found[2].code, "PW-VER-002");
  EXPECT_EQ(found[2].insn, 1u);
  EXPECT_EQ(found[3].code, "PW-VER-002");
  EXPECT_EQ(found[3].insn, 3u);
}

TEST(Refuse, JumpIntoAWideImmediate) {
  const auto found =
      problems({make(0x05, 0, 0, 1, 0), make(0x18, 1, 0, 0, 0), make(0, 0, 0, 0, 0), Last});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "PW-VER-002");
}

TEST(Refuse, JumpBehindTheEnd) {
  EXPECT_EQ(problems({make(0x05, 0, 0, 0, 0)}).size(), 1u);
  EXPECT_EQ(problems({make(0x06, 0, 0, 0, 2147483647), Last}).size(), 1u);
  EXPECT_EQ(problems({make(0x06, 0, 0, 0, -2147483647 - 1), Last}).size(), 1u);
}

TEST(Refuse, WideImmediateCutOff) { EXPECT_EQ(problems({make(0x18, 1, 0, 0, 0)}).size(), 1u); }

class Reserved : public testing::TestWithParam<bpf_insn> {};
TEST_P(Reserved, IsRefused) {
  const auto found = problems({GetParam(), Nop, Last});
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].code, "PW-VER-001");
}
INSTANTIATE_TEST_SUITE_P(
    Fields, Reserved,
    testing::Values(make(0x07, 11, 0, 0, 0), make(0x0f, 1, 12, 0, 0), make(0x07, 1, 2, 0, 0),
                    make(0x0f, 1, 2, 0, 1), make(0x07, 1, 0, 1, 0), make(0x37, 1, 0, 2, 1),
                    make(0x87, 1, 0, 0, 1), make(0x8f, 1, 0, 0, 0), make(0xbc, 1, 2, 32, 0),
                    make(0xb7, 1, 0, 8, 0), make(0xbf, 1, 2, 24, 0), make(0xd4, 1, 0, 0, 8),
                    make(0xdf, 1, 0, 0, 16), make(0x61, 1, 2, 0, 1), make(0x99, 1, 2, 0, 0),
                    make(0x62, 1, 2, 0, 0), make(0x63, 1, 2, 0, 1), make(0xd3, 1, 2, 0, 0),
                    make(0xdb, 1, 2, 0, 0xe0), make(0xdb, 1, 2, 0, 0x100), make(0x18, 1, 3, 0, 0),
                    make(0x18, 1, 9, 0, 0), make(0x10, 1, 0, 0, 0), make(0x38, 0, 0, 0, 0),
                    make(0x20, 1, 0, 0, 0), make(0x20, 0, 1, 0, 0), make(0x85, 0, 3, 0, 0),
                    make(0x85, 0, 0, 1, 0), make(0x86, 0, 0, 0, 0), make(0x96, 0, 0, 0, 0),
                    make(0x95, 1, 0, 0, 0), make(0x05, 0, 0, 0, 1), make(0x06, 0, 0, 1, 0),
                    make(0x0d, 0, 1, 0, 0), make(0xe5, 0, 0, 0, 0), make(0x15, 1, 1, 0, 0)));

// Opcodes whose plain form (all other fields zero, or what the operation needs) is an instruction:
// the table of the RFC, counted by hand.
TEST(Refuse, TheNumberOfOpcodesIsThatOfTheRfc) {
  unsigned accepted = 0;
  for (unsigned code = 0; code < 256; ++code)
    for (const std::int32_t imm : {0, 16}) {
      std::vector<bpf_insn> program = {make(code, 0, 0, 0, imm), make(0, 0, 0, 0, 0), Last};
      if (code != 0x18)
        program[1] = Nop;
      if (problems(program).empty()) {
        ++accepted;
        break;
      }
    }
  // ALU: 12 binary operations x 2 sources + neg, x 2 widths = 50; swaps le, be, bswap = 3; loads 4
  // + 3 signed; stores 4 + 4; atomics 2; wide 1; legacy 3 + 3; jumps: 11 conditions x 2 sources x 2
  // widths = 44; goto and gotol 2; call, exit 2.
  EXPECT_EQ(accepted, 50u + 3 + 7 + 8 + 2 + 1 + 6 + 44 + 2 + 2);
}

TEST(Refuse, RandomWordsNeverDoHarm) {
  std::mt19937_64 random(1);
  for (unsigned round = 0; round < 20000; ++round) {
    std::vector<bpf_insn> program(1 + random() % 8);
    for (bpf_insn& i : program) {
      const std::uint64_t bits = random();
      i = make(bits & 255, (bits >> 8) % 12, (bits >> 12) % 12,
               static_cast<int>((bits >> 16) % 7) - 3,
               static_cast<std::int32_t>((bits >> 32) % 5) - 2);
    }
    try {
      for (const auto& i : isa::decode(program))
        if (i) {
          EXPECT_FALSE(isa::to_string(*i).empty());
        }
    } catch (const Failure& f) {
      EXPECT_FALSE(f.diagnostics().empty());
    }
  }
}

} // namespace
