// Replacing instructions by sequences: everything that counts instructions must follow.
#include "frontend/isa/rewrite.h"
#include "sim/kernel/initialised.h"
#include "sim/kernel/stubs.h"

#include <gtest/gtest.h>

#include <cstring>

namespace pw::kernel {

using Code = isa::Insns;
using isa::move_records;
using isa::rewrite;
using isa::Rewritten;
namespace {

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, int imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

constexpr unsigned mov = BPF_ALU64 | BPF_MOV | BPF_K;
constexpr unsigned call = BPF_JMP | BPF_CALL;
const bpf_insn leave = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
const bpf_insn helper = insn(call, 0, 0, 0, 5);

// A call of helper 5 becomes three moves.
std::optional<Code> three(const bpf_insn& i, std::size_t) {
  if (i.code != call || i.src_reg != 0)
    return std::nullopt;
  return Code{insn(mov, 0, 0, 0, 1), insn(mov, 0, 0, 0, 2), insn(mov, 0, 0, 0, 3)};
}

TEST(Rewrite, JumpsForwardAndBackFollow) {
  const Code code = {insn(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2, 0), helper,
                     insn(BPF_JMP | BPF_JNE | BPF_K, 1, 0, -3, 0), leave};
  const Rewritten result = rewrite(code, three);
  ASSERT_EQ(result.code.size(), 6u);
  EXPECT_EQ(result.code[0].off, 4);  // to the exit
  EXPECT_EQ(result.code[4].off, -5); // to the first
  EXPECT_EQ(result.position, (std::vector<std::uint32_t>{0, 1, 4, 5, 6}));
}

TEST(Rewrite, AJumpToAReplacedInstructionGoesToItsSequence) {
  const Code code = {insn(BPF_JMP | BPF_JA, 0, 0, 1, 0), insn(mov, 0, 0, 0, 9), helper, leave};
  EXPECT_EQ(rewrite(code, three).code[0].off, 1);
}

TEST(Rewrite, LongJumpsCallsAndCallbacksFollow) {
  const Code code = {insn(BPF_JMP32 | BPF_JA, 0, 0, 0, 1),
                     helper,
                     insn(call, 0, BPF_PSEUDO_CALL, 0, 4),
                     insn(BPF_LD | BPF_IMM | BPF_DW, 2, BPF_PSEUDO_FUNC, 0, 3),
                     insn(0, 0, 0, 0, 0),
                     helper,
                     leave,
                     leave};
  const Rewritten result = rewrite(code, three);
  EXPECT_EQ(result.code[0].imm, 3);
  EXPECT_EQ(result.code[4].imm, 6); // call: the last exit
  EXPECT_EQ(result.code[5].imm, 5); // callback: the last exit, from the first half
  EXPECT_EQ(result.code.size(), 12u);
}

TEST(Rewrite, AJumpThatBecomesTooLongIsRefused) {
  Code code(30000, helper);
  code.front() = insn(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 29998, 0);
  code.back() = leave;
  EXPECT_THROW(rewrite(code, three), std::runtime_error);
}

TEST(Rewrite, RecordsMoveWithTheirInstructions) {
  const std::uint32_t records[] = {0, 77, 2, 88};
  const auto moved = move_records(records, 2, 8, {0, 1, 4, 5});
  std::uint32_t result[4];
  ASSERT_EQ(moved.size(), sizeof result);
  std::memcpy(result, moved.data(), sizeof result);
  EXPECT_EQ(result[0], 0u);
  EXPECT_EQ(result[2], 4u);
  EXPECT_EQ(result[3], 88u);
}

TEST(Initialised, CallsTakeArgumentsAway) {
  const Code code = {insn(mov, 3, 0, 0, 1), helper, leave};
  const auto sets = initialised(code);
  EXPECT_EQ(sets[0], 1 << 1 | 1 << 10);
  EXPECT_EQ(sets[1], 1 << 1 | 1 << 3 | 1 << 10);
  EXPECT_EQ(sets[2], 1 << 0 | 1 << 10);
}

TEST(Initialised, OnlyWhatBothWaysSetIsSet) {
  const Code code = {insn(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1, 0), insn(mov, 4, 0, 0, 1),
                     insn(mov, 5, 0, 0, 1), leave};
  const auto sets = initialised(code);
  EXPECT_EQ(sets[3], 1 << 1 | 1 << 5 | 1 << 10);
}

// What an event's bytes on the stack were before is cleared in front of the program; where a loop
// leads to its first instruction that would be each round.
TEST(Stubs, TheStackIsClearedOnceOrNotAtAll) {
  Code code = {insn(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, 7),
               insn(call, 0, 0, 0, BPF_FUNC_perf_event_output),
               insn(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, 5), leave};
  const StubOptions options{.exchange_fd = 3, .traces = false};
  const auto first = helper_stubs(code, options)(code[0], 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 3u);
  EXPECT_EQ(std::memcmp(&first->back(), &code[0], sizeof code[0]), 0);
  code[2].off = -3;
  EXPECT_FALSE(helper_stubs(code, options)(code[0], 0));
  code[2] = insn(BPF_JMP32 | BPF_JA, 0, 0, 0, -3);
  EXPECT_FALSE(helper_stubs(code, options)(code[0], 0));
}

} // namespace
} // namespace pw::kernel
