// Every instruction kind of RFC 9669, by hand: what it leaves in r0.
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, std::int64_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = static_cast<std::int32_t>(imm);
  return i;
}

using Code = std::vector<bpf_insn>;

Code constant(unsigned reg, std::uint64_t value) {
  return {insn(BPF_LD | BPF_IMM | BPF_DW, reg, 0, 0, static_cast<std::int32_t>(value)),
          insn(0, 0, 0, 0, static_cast<std::int32_t>(value >> 32))};
}

const bpf_insn leave = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

PacketResult run(const Code& code,
                 std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(60)) {
  const Object object = test::object_of(code);
  EngineInput input;
  input.object = &object;
  input.program = &object.programs.front();
  const Packet packet{std::move(bytes), 0};
  return make_interp_engine(input)->run({&packet, 1}).front();
}

// r1 = a, r2 = b, then the instruction, which leaves its result in r1; all 64 bits of it, through
// two runs.
std::uint64_t value_of(const bpf_insn& what, std::uint64_t a, std::uint64_t b) {
  std::uint64_t value = 0;
  for (const int shift : {0, 32}) {
    Code code = constant(1, a);
    for (const bpf_insn& i : constant(2, b))
      code.push_back(i);
    code.push_back(what);
    code.push_back(insn(BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 0, 0));
    code.push_back(insn(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, shift));
    code.push_back(leave);
    value |= std::uint64_t{run(code).retval} << shift;
  }
  return value;
}

constexpr std::uint64_t min64 = 1ull << 63, min32 = 1ull << 31, ones = ~0ull;

struct AluCase {
  const char* name;
  unsigned op;
  int off;
  std::uint64_t a, b, wide, narrow; // results of the 64-bit and the 32-bit form
};

void PrintTo(const AluCase& c, std::ostream* out) { *out << c.name; }

class Alu : public testing::TestWithParam<AluCase> {};

TEST_P(Alu, RegisterForms) {
  const AluCase& c = GetParam();
  if (c.op == BPF_NEG)
    return;
  EXPECT_EQ(value_of(insn(BPF_ALU64 | c.op | BPF_X, 1, 2, c.off, 0), c.a, c.b), c.wide);
  EXPECT_EQ(value_of(insn(BPF_ALU | c.op | BPF_X, 1, 2, c.off, 0), c.a, c.b), c.narrow);
}

// The immediate is sign-extended for 64-bit operations.
TEST_P(Alu, ImmediateForms) {
  const AluCase& c = GetParam();
  const bool fits =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(c.b))) == c.b;
  if (!fits || (c.op == BPF_MOV && c.off != 0))
    return;
  const bool shift = c.op == BPF_LSH || c.op == BPF_RSH || c.op == BPF_ARSH;
  if ((c.b == 0 && (c.op == BPF_DIV || c.op == BPF_MOD)) || (shift && c.b > 31))
    return; // refused by the kernel
  EXPECT_EQ(
      value_of(insn(BPF_ALU64 | c.op | BPF_K, 1, 0, c.off, static_cast<std::int64_t>(c.b)), c.a, 0),
      c.wide);
  EXPECT_EQ(
      value_of(insn(BPF_ALU | c.op | BPF_K, 1, 0, c.off, static_cast<std::int64_t>(c.b)), c.a, 0),
      c.narrow);
}

const AluCase alu_cases[] = {
    {"add_carries", BPF_ADD, 0, 0xffffffff, 1, 0x100000000, 0},
    {"sub_wraps", BPF_SUB, 0, 0, 1, ones, 0xffffffff},
    {"mul_low_half", BPF_MUL, 0, 0x100000003, 0x7fffffff, 0x800000007ffffffd, 0x7ffffffd},
    {"div_is_unsigned", BPF_DIV, 0, ones, 2, ones >> 1, 0x7fffffff},
    {"div_by_zero_is_zero", BPF_DIV, 0, 77, 0, 0, 0},
    {"mod_is_unsigned", BPF_MOD, 0, ones, 10, 5, 5},
    {"mod_by_zero_keeps", BPF_MOD, 0, 0x500000007, 0, 0x500000007, 7},
    {"sdiv_truncates_to_zero", BPF_DIV, 1, static_cast<std::uint64_t>(-7), 2,
     static_cast<std::uint64_t>(-3), 0xfffffffd},
    {"sdiv_by_zero_is_zero", BPF_DIV, 1, ones, 0, 0, 0},
    {"sdiv_min64_by_minus_one", BPF_DIV, 1, min64, ones, min64, 0},
    {"sdiv_min32_by_minus_one", BPF_DIV, 1, min32, ones,
     static_cast<std::uint64_t>(-static_cast<std::int64_t>(min32)), min32},
    {"smod_has_sign_of_dividend", BPF_MOD, 1, static_cast<std::uint64_t>(-7), 3, ones, 0xffffffff},
    {"smod_by_zero_keeps", BPF_MOD, 1, ones, 0, ones, 0xffffffff},
    {"smod_min_by_minus_one", BPF_MOD, 1, min64 | min32, ones, 0, 0},
    {"or", BPF_OR, 0, 0xf0f0f0f000000000, 0x0f, 0xf0f0f0f00000000f, 0x0f},
    {"and_sign_extends", BPF_AND, 0, 0xf0f0f0f012345678, static_cast<std::uint64_t>(-16),
     0xf0f0f0f012345670, 0x12345670},
    {"xor", BPF_XOR, 0, 0xff00ff00ff00ff00, ones, 0x00ff00ff00ff00ff, 0x00ff00ff},
    {"lsh", BPF_LSH, 0, 3, 31, 0x180000000, 0x80000000},
    {"lsh_masks_the_amount", BPF_LSH, 0, 1, 97, 0x200000000, 2},
    {"rsh", BPF_RSH, 0, 0x8000000080000000, 31, 0x100000001, 1},
    {"rsh_masks_the_amount", BPF_RSH, 0, 0x8000000080000000, 95, 0x100000001, 1},
    {"arsh", BPF_ARSH, 0, 0x8000000080000000, 4, 0xf800000008000000, 0xf8000000},
    {"neg", BPF_NEG, 0, 5, 0, static_cast<std::uint64_t>(-5), 0xfffffffb},
    {"mov_clears_upper_half", BPF_MOV, 0, 0, 0x1234567890, 0x1234567890, 0x34567890},
    {"movsx8", BPF_MOV, 8, 0, 0x1280, static_cast<std::uint64_t>(-128), 0xffffff80},
    {"movsx16", BPF_MOV, 16, 0, 0x128000, static_cast<std::uint64_t>(-32768), 0xffff8000},
};

INSTANTIATE_TEST_SUITE_P(Interp, Alu, testing::ValuesIn(alu_cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Interp, Movsx32) {
  EXPECT_EQ(value_of(insn(BPF_ALU64 | BPF_MOV | BPF_X, 1, 2, 32, 0), 0, 0x180000000),
            static_cast<std::uint64_t>(-2147483648ll));
}

TEST(Interp, ByteSwaps) {
  constexpr std::uint64_t x = 0x0102030405060708;
  const auto swap = [](unsigned code, int bits) {
    return value_of(insn(code, 1, 0, 0, bits), x, 0);
  };
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_BE, 16), 0x0807u);
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_BE, 32), 0x08070605u);
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_BE, 64), 0x0807060504030201u);
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_LE, 16), 0x0708u);
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_LE, 32), 0x05060708u);
  EXPECT_EQ(swap(BPF_ALU | BPF_END | BPF_TO_LE, 64), x);
  EXPECT_EQ(swap(BPF_ALU64 | BPF_END, 16), 0x0807u);
  EXPECT_EQ(swap(BPF_ALU64 | BPF_END, 32), 0x08070605u);
  EXPECT_EQ(swap(BPF_ALU64 | BPF_END, 64), 0x0807060504030201u);
}

struct JumpCase {
  unsigned op;
  std::uint64_t a, b;
  bool wide, narrow;
};

TEST(Interp, ConditionalJumps) {
  const std::uint64_t minus = static_cast<std::uint64_t>(-1);
  const JumpCase cases[] = {{BPF_JEQ, 5, 5, true, true},
                            {BPF_JEQ, 0x100000005, 5, false, true},
                            {BPF_JNE, 0x100000005, 5, true, false},
                            {BPF_JGT, minus, 1, true, true},
                            {BPF_JGT, 5, 5, false, false},
                            {BPF_JGE, 5, 5, true, true},
                            {BPF_JLT, 0x100000000, 1, false, true},
                            {BPF_JLE, 5, 5, true, true},
                            {BPF_JSET, 6, 3, true, true},
                            {BPF_JSET, 0x100000000, 0x100000000, true, false},
                            {BPF_JSGT, minus, 1, false, false},
                            {BPF_JSGT, 0xffffffff, 1, true, false},
                            {BPF_JSGE, 3, minus, true, true},
                            {BPF_JSLT, minus, 0, true, true},
                            {BPF_JSLT, 0x80000000, 0, false, true},
                            {BPF_JSLE, minus, minus, true, true}};
  for (const JumpCase& c : cases)
    for (const bool wide : {true, false}) {
      Code code = constant(1, c.a);
      for (const bpf_insn& i : constant(2, c.b))
        code.push_back(i);
      code.push_back(insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1));
      code.push_back(insn((wide ? BPF_JMP : BPF_JMP32) | c.op | BPF_X, 1, 2, 1, 0));
      code.push_back(insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0));
      code.push_back(leave);
      EXPECT_EQ(run(code).retval, (wide ? c.wide : c.narrow) ? 1u : 0u)
          << "op " << c.op << (wide ? " wide" : " narrow");
    }
}

TEST(Interp, LongJumpAndLoadsFromTheStack) {
  const Code code = {insn(BPF_JMP32 | BPF_JA, 0, 0, 0, 1),
                     insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 99),
                     insn(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, -2),
                     insn(BPF_LDX | BPF_MEM | BPF_B, 0, 10, -8, 0),
                     insn(BPF_LDX | 0x80 | BPF_H, 1, 10, -6, 0),
                     insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0),
                     insn(BPF_LDX | BPF_MEM | BPF_W, 1, 10, -4, 0),
                     insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0),
                     leave};
  EXPECT_EQ(run(code).retval, 0xfeu - 1 + 0xffffffffu);
}

struct AtomicCase {
  const char* name;
  int imm;
  std::uint64_t old, operand, memory, reg; // memory and r2 afterwards, 64 bits
};

TEST(Interp, Atomics) {
  const AtomicCase cases[] = {
      {"add", BPF_ADD, 5, 7, 12, 7}, {"fetch_add", BPF_ADD | BPF_FETCH, 5, 7, 12, 5},
      {"or", BPF_OR, 5, 2, 7, 2},    {"fetch_or", BPF_OR | BPF_FETCH, 5, 2, 7, 5},
      {"and", BPF_AND, 5, 4, 4, 4},  {"fetch_and", BPF_AND | BPF_FETCH, 5, 4, 4, 5},
      {"xor", BPF_XOR, 5, 1, 4, 1},  {"fetch_xor", BPF_XOR | BPF_FETCH, 5, 1, 4, 5},
      {"xchg", BPF_XCHG, 5, 9, 9, 5}};
  for (const AtomicCase& c : cases)
    for (const unsigned size : {BPF_DW, BPF_W})
      for (const bool look_at_memory : {true, false}) {
        Code code = constant(1, c.old);
        for (const bpf_insn& i : constant(2, c.operand))
          code.push_back(i);
        code.push_back(insn(BPF_STX | BPF_MEM | BPF_DW, 10, 1, -8, 0));
        code.push_back(insn(BPF_STX | BPF_ATOMIC | size, 10, 2, -8, c.imm));
        code.push_back(look_at_memory ? insn(BPF_LDX | BPF_MEM | BPF_DW, 0, 10, -8, 0)
                                      : insn(BPF_ALU64 | BPF_MOV | BPF_X, 0, 2, 0, 0));
        code.push_back(leave);
        EXPECT_EQ(run(code).retval, look_at_memory ? c.memory : c.reg) << c.name << size;
      }
}

TEST(Interp, CompareAndExchange) {
  for (const unsigned size : {BPF_DW, BPF_W})
    for (const bool equal : {true, false}) {
      const Code code = {insn(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 5),
                         insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, equal ? 5 : 6),
                         insn(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 40),
                         insn(BPF_STX | BPF_ATOMIC | size, 10, 2, -8, BPF_CMPXCHG),
                         insn(BPF_LDX | BPF_MEM | BPF_DW, 1, 10, -8, 0),
                         insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0),
                         leave};
      EXPECT_EQ(run(code).retval, equal ? 45u : 10u); // old value in r0, plus memory
    }
}

TEST(Interp, LocalCallKeepsR6ToR9AndHasItsOwnStack) {
  const Code code = {
      insn(BPF_ALU64 | BPF_MOV | BPF_K, 6, 0, 0, 30), insn(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 3),
      insn(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 100),
      insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 4),
      insn(BPF_LDX | BPF_MEM | BPF_DW, 1, 10, -8, 0), insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 6, 0, 0),
      insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0), leave,
      // the function: r0 = r1 + what stands on its fresh stack
      insn(BPF_LDX | BPF_MEM | BPF_DW, 0, 10, -8, 0),
      insn(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 77), insn(BPF_ALU64 | BPF_MOV | BPF_K, 6, 0, 0, 5),
      insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0), leave};
  EXPECT_EQ(run(code).retval, 133u);
}

TEST(Interp, VerdictsAboveRedirectAreAbortedWithTheRawValueKept) {
  const auto result = run({insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 7), leave});
  EXPECT_EQ(result.retval, 7u);
  EXPECT_EQ(verdict_name(result.retval), "XDP_ABORTED");
  EXPECT_TRUE(result.bytes.empty());
  EXPECT_EQ(result.length, 60u);
}

TEST(Interp, RedirectWithoutAHelperHasNoTarget) {
  const auto result = run({insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_REDIRECT), leave});
  ASSERT_TRUE(result.redirect);
  EXPECT_EQ(*result.redirect, Redirect{});
  EXPECT_EQ(result.bytes.size(), 60u);
}

} // namespace
} // namespace pw
