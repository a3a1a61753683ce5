// Every way to be refused: one small program a rule.
#include "frontend/verify/transfer.h"
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

#include <set>

namespace pw {
namespace {

using namespace assembly;

struct Refusal {
  const char* code;
  Insns insns;
  std::vector<unsigned> subprograms;
};

Insns operator+(Insns a, const Insns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Insns pass = {mov(0, 2), leave()};
// r2 = data, r3 = data_end
const Insns bounds = {load(BPF_W, 2, 1, 0), load(BPF_W, 3, 1, 4)};
const Insns lookup_and_leave_if_null = lookup(0) + Insns{jump_if(BPF_JNE, 0, 0, 1), leave()};

std::vector<Refusal> refusals() {
  const auto moved = [](int helper) {
    return Insns{mov_r(6, 1),  load(BPF_W, 7, 1, 0), mov(2, 0),
                 call(helper), load(BPF_B, 0, 7, 0), leave()};
  };
  return {
      {"PW-VER-003", {mov_r(0, 5), leave()}, {}},
      {"PW-VER-004", Insns{alu(BPF_MUL, 1, 2)} + pass, {}},
      {"PW-VER-005", Insns{mov(10, 0)} + pass, {}},
      {"PW-VER-007", Insns{jump_if_r(BPF_JGT, 1, 10, 0)} + pass, {}},
      {"PW-VER-008", {mov_r(0, 1), leave()}, {}},
      {"PW-VER-009", {mov(0, 2)}, {}},
      {"PW-VER-010", Insns{load(BPF_W, 2, 1, 24)} + pass, {}},
      {"PW-VER-010", Insns{load(BPF_H, 2, 1, 0)} + pass, {}},
      {"PW-VER-011", Insns{store_k(BPF_W, 1, 0, 0)} + pass, {}},
      {"PW-VER-012", Insns{alu32_r(BPF_MOV, 2, 1)} + pass, {}},
      {"PW-VER-013", Insns{mov(2, 64), load(BPF_B, 0, 2, 0)} + pass, {}},
      {"PW-VER-014", lookup_and_leave_if_null + Insns{store(BPF_DW, 0, 0, 10)} + pass, {}},
      {"PW-VER-017", bounds + Insns{mov(4, 1), atomic_add(2, 0, 4)} + pass, {}},
      {"PW-LOOP-002", {mov(0, 0), jump(-1)}, {}},
      // Every second round is as the one before: x ^= 1 while the byte at x is not 0.
      {"PW-LOOP-002",
       bounds + Insns{mov(0, 0), mov_r(4, 2), alu_r(BPF_ADD, 4, 0), mov_r(5, 4), add(5, 1),
                      jump_if_r(BPF_JGT, 5, 3, 3), load(BPF_B, 5, 4, 0), alu(BPF_XOR, 0, 1),
                      jump_if(BPF_JNE, 5, 0, -8), leave()},
       {}},
      {"PW-LOOP-001", {mov(0, 0), add(0, 1), jump_if(BPF_JNE, 0, 0x7fffffff, -2), leave()}, {}},
      {"PW-CALL-001", Insns{call(9999)} + pass, {}},
      {"PW-CALL-002",
       Insns{mov_r(2, 10), mov(3, 64), mov(4, 0), call(BPF_FUNC_sk_lookup_tcp)} + pass,
       {}},
      {"PW-CALL-003", Insns{call(BPF_FUNC_skb_store_bytes)} + pass, {}},
      {"PW-CALL-004", Insns{mov(1, 0), mov(2, 0), call(BPF_FUNC_xdp_adjust_head)} + pass, {}},
      {"PW-CALL-005", {call_local(-1), leave()}, {}},
      {"PW-CALL-006",
       {call_local(1), leave(), call_local(1), leave(), call_local(1), leave(), call_local(1),
        leave(), call_local(1), leave(), call_local(1), leave(), call_local(1), leave(),
        call_local(1), leave(), mov(0, 0), leave()},
       {2, 4, 6, 8, 10, 12, 14, 16}},
      {"PW-CALL-007", Insns{call_kfunc(17)} + pass, {}},
      {"PW-CALL-008",
       Insns{load(BPF_W, 4, 1, 12), mov(2, 0), mov_r(3, 10), add(3, -8),
             call(BPF_FUNC_xdp_load_bytes)} +
           pass,
       {}},
      {"PW-CALL-009",
       Insns{load(BPF_W, 1, 1, 12)} + callback(2, 6) +
           Insns{mov(3, 0), mov(4, 0), call(BPF_FUNC_loop), mov(0, 2), leave(), mov(0, 0), leave()},
       {8}},
      {"PW-CALL-010",
       map_value(1, 5, 0) + Insns{mov(2, 5), mov(3, 0), call(BPF_FUNC_trace_printk)} + pass,
       {}},
      {"PW-CALL-014",
       Insns{mov_r(3, 1), mov_r(1, 10), add(1, -8), mov(2, 8), call(BPF_FUNC_probe_read_kernel)} +
           pass,
       {}},
      {"PW-CALL-014",
       bounds +
           Insns{mov_r(3, 2), mov_r(1, 10), add(1, -8), mov(2, 8),
                 call(BPF_FUNC_probe_read_kernel)} +
           pass,
       {}},
      {"PW-CALL-004",
       Insns{store_k(BPF_DW, 10, -8, 0), mov_r(1, 10), add(1, -8), mov(2, 8), mov_r(3, 1),
             call(BPF_FUNC_strncmp)} +
           pass,
       {}},
      {"PW-CALL-012",
       Insns{mov(1, 1)} + callback(2, 6) +
           Insns{mov(3, 0), mov(4, 1), call(BPF_FUNC_loop), mov(0, 2), leave(), mov(0, 0), leave()},
       {8}},
      {"PW-MAP-001", lookup_and_leave_if_null + Insns{load(BPF_DW, 1, 0, 4)} + pass, {}},
      {"PW-MAP-002", lookup(0) + Insns{load(BPF_DW, 1, 0, 0)} + pass, {}},
      {"PW-MAP-003", lookup(3) + pass, {}},
      {"PW-MAP-004", lookup(4) + pass, {}},
      {"PW-MAP-005", map_value(1, 5, 0) + Insns{store_k(BPF_B, 1, 0, 0)} + pass, {}},
      {"PW-MAP-006", lookup(0) + Insns{add(0, 4)} + pass, {}},
      {"PW-MAP-007",
       lookup(2) + Insns{jump_if(BPF_JNE, 0, 0, 1), leave(), load(BPF_W, 1, 0, 0)} + pass,
       {}},
      {"PW-PKT-001", moved(BPF_FUNC_xdp_adjust_head), {}},
      {"PW-PKT-001", moved(BPF_FUNC_xdp_adjust_tail), {}},
      {"PW-PKT-001", moved(BPF_FUNC_xdp_adjust_meta), {}},
      {"PW-PKT-003",
       lookup_and_leave_if_null + Insns{load(BPF_DW, 1, 0, 0), mov_r(2, 10), alu_r(BPF_ADD, 2, 1)} +
           pass,
       {}},
      {"PW-PKT-004",
       Insns{mov_r(6, 1), mov(2, -36), call(BPF_FUNC_xdp_adjust_meta), mov_r(1, 6), mov(2, -4),
             call(BPF_FUNC_xdp_adjust_head)} +
           pass,
       {}},
      {"PW-PKT-005", // written, cut off and grown again
       Insns{mov_r(6, 1)} + bounds +
           Insns{mov_r(4, 2), add(4, 20), jump_if_r(BPF_JGT, 4, 3, 7), store_k(BPF_B, 2, 19, 1),
                 mov(2, -4), call(BPF_FUNC_xdp_adjust_tail), mov_r(1, 6), mov(2, 4),
                 call(BPF_FUNC_xdp_adjust_tail)} +
           pass,
       {}},
      {"PW-PKT-005", // cut off, grown again and read
       Insns{mov_r(6, 1), mov(2, -4), call(BPF_FUNC_xdp_adjust_tail), mov_r(1, 6), mov(2, 4),
             call(BPF_FUNC_xdp_adjust_tail), mov_r(1, 6)} +
           bounds +
           Insns{mov_r(4, 2), add(4, 20), jump_if_r(BPF_JGT, 4, 3, 1), load(BPF_B, 5, 2, 19)} +
           pass,
       {}},
      {"PW-PKT-006", Insns{mov_r(6, 1), make(BPF_LD | BPF_B | BPF_ABS, 0, 0, 0, 0)} + pass, {}},
      {"PW-STK-001", Insns{store_k(BPF_DW, 10, -516, 0)} + pass, {}},
      {"PW-STK-001", Insns{store_k(BPF_W, 10, 0, 0)} + pass, {}},
      {"PW-STK-002", Insns{store(BPF_DW, 10, -8, 1), load(BPF_W, 2, 10, -8)} + pass, {}},
      {"PW-STK-004", Insns{store(BPF_DW, 10, -12, 1)} + pass, {}},
      {"PW-STK-006",
       {store_k(BPF_DW, 10, -264, 0), call_local(2), mov(0, 2), leave(),
        store_k(BPF_DW, 10, -264, 0), mov(0, 0), leave()},
       {4}},
      {"PW-STK-005", {call_local(2), mov(0, 2), leave(), mov_r(0, 10), leave()}, {3}},
  };
}

std::vector<Diagnostic> verify(const Insns& insns, const std::vector<unsigned>& subprograms) {
  const Object o = object_of(insns, subprograms);
  return verify_program(o, o.programs[0]);
}

bool has_code(const std::vector<Diagnostic>& all, const std::string& code) {
  return std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) { return d.code == code; });
}

TEST(Verify, RefusesEachBrokenRule) {
  for (const Refusal& r : refusals()) {
    const auto all = verify(r.insns, r.subprograms);
    EXPECT_TRUE(has_code(all, r.code)) << r.code << " expected, " << all.size()
                                       << " found: " << (all.empty() ? "" : to_text(all[0]));
  }
}

TEST(Verify, TellsOnlyTheOneThingThatIsWrong) {
  for (const Refusal& r : refusals())
    for (const Diagnostic& d : verify(r.insns, r.subprograms))
      EXPECT_TRUE(d.code == r.code || d.severity == Severity::Warning)
          << r.code << ": " << to_text(d);
}

TEST(Verify, NamesInstructionLineAndText) {
  const auto all = verify({mov(0, 2), store_k(BPF_DW, 10, -520, 0), leave()}, {});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].insn, 1u);
  EXPECT_EQ(all[0].location.file, "test.c");
  EXPECT_EQ(all[0].location.line, 7u);
  EXPECT_EQ(all[0].limit, "bytes [-512, 0) from r10");
  EXPECT_EQ(all[0].value, "bytes [-520, -512)");
}

TEST(Verify, TellsAllReasonsInOneRun) {
  const auto all = verify(Insns{call(9999), mov_r(3, 4), load(BPF_DW, 2, 10, 8)} + pass, {});
  EXPECT_EQ(all.size(), 3u);
}

TEST(Verify, RefusesOtherProgramTypes) {
  Object o = object_of(pass);
  o.programs[0].type = ProgramType::Other;
  o.programs[0].type_name = "kprobe";
  EXPECT_TRUE(has_code(verify_program(o, o.programs[0]), "PW-VER-018"));
}

TEST(Verify, WarnsOfPacketAccessWithoutBounds) {
  const auto all = verify(bounds + Insns{load(BPF_B, 0, 2, 0), leave()}, {});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, "PW-PKT-002");
  EXPECT_EQ(all[0].severity, Severity::Warning);
}

std::string only_warning(const std::vector<Diagnostic>& all) {
  return all.size() == 1 && all[0].severity == Severity::Warning ? all[0].code : "";
}

TEST(Verify, WarnsOfWhatTheCardDoesInItsOwnWay) {
  EXPECT_EQ(only_warning(verify(Insns{load(BPF_W, 2, 1, 20)} + pass, {})), "PW-VER-015");
  EXPECT_EQ(only_warning(verify(map(1, 6) + Insns{mov(2, 0), mov(3, BPF_F_BROADCAST),
                                                  call(BPF_FUNC_redirect_map), leave()},
                                {})),
            "PW-CALL-011");
  Object o = object_of(Insns{mov_r(2, 10), add(2, -8), call_kfunc(17)} + pass);
  o.kernel_functions[17] = "bpf_xdp_metadata_rx_timestamp";
  EXPECT_EQ(only_warning(verify_program(o, o.programs[0])), "PW-CALL-015");
}

// data + x may lie behind data_end; so may the bytes in front of it.
TEST(Verify, KnowsNothingInFrontOfAnUncheckedPointer) {
  const auto all = verify(bounds + Insns{load(BPF_W, 4, 1, 12), alu(BPF_AND, 4, 0xff), add(4, 8),
                                         alu_r(BPF_ADD, 2, 4), load(BPF_W, 0, 2, -4), leave()},
                          {});
  EXPECT_TRUE(has_code(all, "PW-PKT-002"));
}

TEST(Verify, RefusesTwoKindsInOnePlaceThatIsRead) {
  // The callee reads a slot through a pointer that holds data_end or the context.
  const auto all = verify({load(BPF_W, 2, 1, 12), store(BPF_DW, 10, -8, 1),
                           jump_if(BPF_JEQ, 2, 1, 1), store(BPF_DW, 10, -8, 10),
                           load(BPF_DW, 3, 10, -8), load(BPF_W, 4, 3, 12), mov(0, 2), leave()},
                          {});
  EXPECT_TRUE(has_code(all, "PW-STK-001")) << "each kind is followed on its own";
}

// A slot that held two kinds of pointers when paths met, and is read after all.
TEST(Verify, RefusesPointersOfDifferentKindsInOneRegister) {
  const Object o = object_of(Insns{mov_r(3, 2)} + pass);
  const isa::Code code = isa::decode(o.programs[0].insns);
  verify::Report report(o.programs[0]);
  verify::State s;
  s.frames.emplace_back();
  s.reg(2).kind = verify::Kind::Mixed;
  verify::Transfer(o, o.programs[0], code, report, false).step(s, 0);
  EXPECT_TRUE(has_code(report.take(), "PW-STK-003"));
  EXPECT_EQ(s.reg(3).kind, verify::Kind::Poison) << "and nothing more is said of it";
}

// What Linux refuses, too, is the user's mistake; what it would run is not supported yet.
TEST(Verify, ExitCodesTellMistakesFromLimits) {
  const std::set<std::string> limits = {"PW-CALL-002", "PW-CALL-007", "PW-CALL-009", "PW-CALL-010",
                                        "PW-CALL-012", "PW-CALL-014", "PW-LOOP-001", "PW-MAP-003",
                                        "PW-MAP-007",  "PW-PKT-004",  "PW-PKT-005",  "PW-STK-003",
                                        "PW-VER-007",  "PW-VER-008",  "PW-VER-012",  "PW-VER-014"};
  for (const Refusal& r : refusals()) {
    const Failure failure(diagnose(r.code, ""));
    EXPECT_EQ(failure.exit() == Exit::Unsupported, limits.contains(r.code)) << r.code;
  }
}

// Two thousand million rounds: only a verifier that counts what it unrolls comes back in the time a
// test has.
TEST(Verify, EndlessLoopEndsAtTheLimit) {
  const auto found =
      verify({mov(0, 0), add(0, 1), jump_if(BPF_JNE, 0, 0x7fffffff, -2), leave()}, {});
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "PW-LOOP-001");
}

} // namespace
} // namespace pw
