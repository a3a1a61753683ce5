// What must be accepted, each without a warning: the ways in which compilers write correct
// programs.
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

using namespace assembly;

void accept(const Insns& insns, const std::vector<unsigned>& subprograms = {}) {
  const Object o = object_of(insns, subprograms);
  for (const Diagnostic& d : verify_program(o, o.programs[0]))
    ADD_FAILURE() << to_text(d);
}

Insns operator+(Insns a, const Insns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// r2 = data, r3 = data_end, r4 = data + 14
const Insns start = {load(BPF_W, 2, 1, 0), load(BPF_W, 3, 1, 4), mov_r(4, 2), add(4, 14)};
const Insns read = {load(BPF_H, 0, 2, 12), leave()};
const Insns leave_at_once = {mov(0, 1), leave()};

TEST(VerifyAccepts, AllFormsOfBoundsChecks) {
  for (const bpf_insn& outside : {jump_if_r(BPF_JGT, 4, 3, 2), jump_if_r(BPF_JLT, 3, 4, 2),
                                  jump_if_r(BPF_JGE, 4, 3, 2), jump_if_r(BPF_JLE, 3, 4, 2)})
    accept(start + Insns{outside} + read + leave_at_once);
  for (const bpf_insn& inside : {jump_if_r(BPF_JLE, 4, 3, 2), jump_if_r(BPF_JGE, 3, 4, 2),
                                 jump_if_r(BPF_JLT, 4, 3, 2), jump_if_r(BPF_JGT, 3, 4, 2)})
    accept(start + Insns{inside} + leave_at_once + read);
}

TEST(VerifyAccepts, OneByteMoreAfterAStrictComparison) {
  accept(Insns{load(BPF_W, 2, 1, 0), load(BPF_W, 3, 1, 4), jump_if_r(BPF_JGE, 2, 3, 2),
               load(BPF_B, 0, 2, 0), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, MetadataBelowData) {
  accept(Insns{load(BPF_W, 2, 1, 8), load(BPF_W, 3, 1, 0), mov_r(4, 2), add(4, 4),
               jump_if_r(BPF_JGT, 4, 3, 2), load(BPF_W, 0, 2, 0), leave()} +
         leave_at_once);
}

// Netronome's load balancer compares the pointer behind its IP header once more after adjust_head.
TEST(VerifyAccepts, ComparisonOfAPointerFromBeforeAMove) {
  accept(Insns{mov_r(6, 1), load(BPF_W, 7, 1, 0), add(7, 34), mov(2, -20),
               call(BPF_FUNC_xdp_adjust_head), load(BPF_W, 3, 6, 4), jump_if_r(BPF_JGT, 7, 3, 2)} +
         leave_at_once + leave_at_once);
}

TEST(VerifyAccepts, AChosenQueueOnAMicroEngineOnly) {
  const Object o = object_of(Insns{mov(2, 3), store(BPF_W, 1, 16, 2)} + leave_at_once);
  EXPECT_FALSE(verify_program(o, o.programs[0]).empty());
  for (const Diagnostic& d : verify_program(o, o.programs[0], {.micro_engine = true}))
    ADD_FAILURE() << to_text(d);
  const Object other = object_of(Insns{mov(2, 3), store(BPF_W, 1, 12, 2)} + leave_at_once);
  EXPECT_FALSE(verify_program(other, other.programs[0], {.micro_engine = true}).empty());
}

TEST(VerifyAccepts, NullCheckOfACopy) {
  accept(lookup(0) +
         Insns{mov_r(6, 0), store(BPF_DW, 10, -16, 0), jump_if(BPF_JEQ, 0, 0, 4),
               load(BPF_DW, 7, 6, 0), load(BPF_DW, 8, 10, -16), load(BPF_DW, 0, 8, 0), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, BoundOfACopiedNumber) {
  // r6 and r7 are one number; the comparison of r7 bounds the index r6.
  accept(lookup(1) +
         Insns{jump_if(BPF_JEQ, 0, 0, 6), load(BPF_W, 6, 0, 0), mov_r(7, 6),
               jump_if(BPF_JGT, 7, 15, 3), alu_r(BPF_ADD, 0, 6), load(BPF_B, 0, 0, 0), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, LoopsWithBounds) {
  accept({mov(0, 0), mov(1, 0), add(0, 3), add(1, 1), jump_if(BPF_JNE, 1, 100, -3), leave()});
  // down from a number that is at most 15
  accept({load(BPF_W, 1, 1, 12), alu(BPF_AND, 1, 15), mov(0, 0), jump_if(BPF_JEQ, 1, 0, 3),
          add(0, 1), add(1, -1), jump(-4), leave()});
}

TEST(VerifyAccepts, IrreducibleLoops) {
  // Two entries into one circle.
  accept({mov(0, 0), load(BPF_W, 1, 1, 12), jump_if(BPF_JEQ, 1, 0, 1), add(0, 1), add(0, 1),
          jump_if(BPF_JLT, 0, 50, -3), leave()});
}

TEST(VerifyAccepts, MapChosenAtRunTime) {
  accept(Insns{store_k(BPF_W, 10, -4, 0), load(BPF_W, 6, 1, 12)} + map(1, 0) +
         Insns{jump_if(BPF_JEQ, 6, 1, 2)} + map(1, 1) +
         Insns{mov_r(2, 10), add(2, -4), call(BPF_FUNC_map_lookup_elem), jump_if(BPF_JEQ, 0, 0, 2),
               load(BPF_DW, 0, 0, 0), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, ConstantKeyOfAnArrayIsAlwaysFound) {
  accept(lookup(1) + Insns{load(BPF_DW, 0, 0, 8), leave()});
}

TEST(VerifyAccepts, DistanceOfPointersFromBeforeTheMove) {
  accept({mov_r(6, 1), load(BPF_W, 7, 1, 0), load(BPF_W, 8, 1, 4), mov(2, -4),
          call(BPF_FUNC_xdp_adjust_head), alu_r(BPF_SUB, 8, 7), mov_r(0, 8), leave()});
}

// r6 tells which path was taken, after both have met.
TEST(VerifyAccepts, FlagOfAPath) {
  accept(start +
         Insns{mov(6, -22), jump_if_r(BPF_JGT, 4, 3, 1), mov(6, 0), alu(BPF_LSH, 6, 32),
               alu(BPF_RSH, 6, 32), jump_if(BPF_JNE, 6, 0, 2)} +
         read + leave_at_once);
}

TEST(VerifyAccepts, FlagOfAPathReturned) {
  accept({load(BPF_W, 6, 1, 0), load(BPF_W, 2, 1, 4), mov_r(1, 6), call_local(4),
          jump_if(BPF_JEQ, 0, 0, 1), load(BPF_B, 0, 6, 9), mov(0, 2), leave(),
          // r0 = are there 10 bytes?
          add(1, 10), mov(0, 0), jump_if_r(BPF_JGT, 1, 2, 1), mov(0, 1), leave()},
         {8});
}

// One instruction reads at 39 or at 99, each right on its path.
TEST(VerifyAccepts, OffsetOfAPath) {
  accept({load(BPF_W, 2, 1, 0), load(BPF_W, 3, 1, 4), mov_r(4, 2), add(4, 40),
          jump_if_r(BPF_JGT, 4, 3, 7), mov(5, 39), add(4, 60), jump_if_r(BPF_JGT, 4, 3, 1),
          mov(5, 99), alu_r(BPF_ADD, 2, 5), load(BPF_B, 0, 2, 0), leave(), mov(0, 1), leave()});
}

// packet + x + 4 was compared: packet + x and packet + x + 2 made anew are bounded, too.
TEST(VerifyAccepts, RelatedOffsets) {
  const Insns number = {load(BPF_W, 6, 1, 12), alu(BPF_AND, 6, 60), mov_r(7, 6), add(7, 4)};
  accept(number + start +
         Insns{mov_r(5, 2), alu_r(BPF_ADD, 5, 7), jump_if_r(BPF_JGT, 5, 3, 5), mov_r(5, 2),
               alu_r(BPF_ADD, 5, 6), load(BPF_W, 0, 5, 0), load(BPF_H, 0, 5, 2), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, BoundOfARelatedNumber) {
  // r7 = r6 + 1 is at most 16, so r6 is at most 15 (or 2^64 - 1, which r6 can't be).
  accept(lookup(1) +
         Insns{jump_if(BPF_JEQ, 0, 0, 7), load(BPF_W, 6, 0, 0), mov_r(7, 6), add(7, 1),
               jump_if(BPF_JGT, 7, 16, 3), alu_r(BPF_ADD, 0, 6), load(BPF_B, 0, 0, 0), leave()} +
         leave_at_once);
}

TEST(VerifyAccepts, HeadBehindMetadata) {
  accept({mov_r(6, 1), mov(2, -32), call(BPF_FUNC_xdp_adjust_meta), mov_r(1, 6), mov(2, -14),
          call(BPF_FUNC_xdp_adjust_head), mov(0, 2), leave()});
}

TEST(VerifyAccepts, TailsThatMoveTwice) {
  for (const int first : {8, -8})
    accept({mov_r(6, 1), mov(2, first), call(BPF_FUNC_xdp_adjust_tail), mov_r(1, 6), mov(2, 4),
            call(BPF_FUNC_xdp_adjust_tail), mov(0, 2), leave()});
}

TEST(VerifyAccepts, SubprogramsAndTheirStacks) {
  accept({mov_r(2, 10), add(2, -8), store_k(BPF_DW, 10, -8, 5), call_local(1), leave(),
          load(BPF_DW, 0, 2, 0), leave()},
         {5});
}

TEST(VerifyAccepts, LoopHelper) {
  accept(
      Insns{mov(1, 10)} + callback(2, 6) +
          Insns{mov(3, 0), mov(4, 0), call(BPF_FUNC_loop), mov(0, 2), leave(), mov(0, 0), leave()},
      {8});
}

TEST(VerifyAccepts, PointersSurviveTheStack) {
  accept(start +
         Insns{jump_if_r(BPF_JGT, 4, 3, 4), store(BPF_DW, 10, -8, 2), load(BPF_DW, 5, 10, -8),
               load(BPF_H, 0, 5, 12), leave()} +
         leave_at_once);
}

} // namespace
} // namespace pw
