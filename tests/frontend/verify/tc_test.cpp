// What only tc programs may do, and what of it is refused.
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::verify {
namespace {

using namespace pw::assembly;

Object tc_object(const Insns& insns, std::vector<unsigned> subprograms = {}) {
  Object o = object_of(insns, std::move(subprograms));
  o.programs[0].type = ProgramType::Tc;
  o.programs[0].type_name = "tc";
  return o;
}

std::string codes(const Object& o, const VerifyOptions& options = {}) {
  std::string all;
  for (const Diagnostic& d : verify_program(o, o.programs[0], options))
    all += (all.empty() ? "" : " ") + d.code;
  return all;
}

std::string codes(const Insns& insns) { return codes(tc_object(insns)); }

Insns joined(std::initializer_list<Insns> parts) {
  Code c;
  for (const Insns& p : parts)
    c << p;
  return c;
}

const Insns ok = {mov(0, 0), leave()};
constexpr int mark = 8, tstamp = 152, cb = 48, sk = 168, length = 0;

TEST(VerifyTc, ReadsAndWritesFields) {
  EXPECT_EQ(codes(joined({{load(BPF_W, 2, 1, mark), store(BPF_W, 1, mark, 2),
                           load(BPF_DW, 2, 1, tstamp), store(BPF_DW, 1, tstamp, 2),
                           load(BPF_B, 2, 1, mark + 1), store(BPF_H, 1, cb + 2, 2),
                           load(BPF_DW, 2, 1, cb + 8)},
                          ok})),
            "");
}

TEST(VerifyTc, RefusesOtherAccesses) {
  EXPECT_EQ(codes(joined({{load(BPF_W, 2, 1, tstamp)}, ok})), "PW-VER-010");
  EXPECT_EQ(codes(joined({{load(BPF_DW, 2, 1, cb + 4)}, ok})), "PW-VER-010");
  EXPECT_EQ(codes(joined({{load(BPF_W, 2, 1, 500)}, ok})), "PW-VER-010");
  EXPECT_EQ(codes(joined({{load(BPF_DW, 2, 1, sk)}, ok})), "PW-VER-016");
  EXPECT_EQ(codes(joined({{mov(2, 1), store(BPF_W, 1, length, 2)}, ok})), "PW-VER-011");
  EXPECT_EQ(codes(joined({{mov(2, 1), store(BPF_H, 1, mark, 2)}, ok})), "PW-VER-011");
  EXPECT_EQ(codes(joined({{store(BPF_W, 1, mark, 10)}, ok})), "PW-VER-014");
}

Insns change_head(int bytes) {
  return {mov_r(6, 1), mov(2, bytes), mov(3, 0), call(BPF_FUNC_skb_change_head), mov_r(1, 6)};
}

TEST(VerifyTc, PacketsGrowUpTo256BytesInFront) {
  EXPECT_EQ(codes(joined({change_head(200), change_head(56), ok})), "");
  EXPECT_EQ(codes(joined({change_head(200), change_head(57), ok})), "PW-PKT-007");
}

TEST(VerifyTc, HeadersMoveBeforeTheHeadDoes) {
  const Insns pop = {call(BPF_FUNC_skb_vlan_pop)};
  EXPECT_EQ(codes(joined({pop, ok})), "");
  EXPECT_EQ(codes(joined({change_head(4), pop, ok})), "PW-PKT-009");
}

TEST(VerifyTc, LoadsOfOld) {
  const bpf_insn half = make(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, 12);
  EXPECT_EQ(codes(joined({{mov_r(6, 1), half}, ok})), "");
  EXPECT_EQ(codes(joined({{mov(6, 1), half}, ok})), "PW-CALL-004");
  const Insns caller = {make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 2), mov(0, 0), leave()};
  EXPECT_EQ(codes(tc_object(joined({caller, {mov_r(6, 1), half, leave()}}), {3})), "PW-PKT-008");
}

TEST(VerifyTc, HelpersByType) {
  const auto of = [](std::uint32_t helper) { return codes(joined({{call(helper)}, ok})); };
  EXPECT_EQ(of(BPF_FUNC_xdp_adjust_head), "PW-CALL-003");
  EXPECT_EQ(of(BPF_FUNC_clone_redirect), "PW-CALL-002");
  EXPECT_EQ(of(BPF_FUNC_get_cgroup_classid), "PW-CALL-002");
  const Object xdp = object_of(joined({{call(BPF_FUNC_skb_vlan_pop)}, ok}));
  EXPECT_EQ(codes(xdp), "PW-CALL-003");
}

TEST(VerifyTc, OnMicroEnginesToo) {
  VerifyOptions options;
  options.micro_engine = true;
  EXPECT_EQ(codes(tc_object(ok), options), "");
}

} // namespace
} // namespace pw::verify
