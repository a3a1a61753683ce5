// What is worth saying of programs that the card takes, lengths, and what comes from the frontend.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::nfp {
namespace {

using namespace rules_test;
using Codes = std::set<std::string>;

Object moves(std::int32_t by, std::int32_t helper) {
  Code c;
  c << mov(2, by) << call(helper) << pass();
  return object_with(c);
}

void expect_warned(const Object& o, const Codes& expected, const FirmwareProfile& f = {},
                   const RuleOptions& options = {}) {
  const auto found = checked(o, f, options);
  EXPECT_EQ(errors(found), Codes{});
  EXPECT_EQ(warnings(found), expected);
}

TEST(NfpWarnings, HeadMovedTooFar) {
  for (const int by : {-85, 113})
    expect_warned(moves(by, BPF_FUNC_xdp_adjust_head), {"PW-NFP-164"});
  for (const int by : {-84, 112})
    expect_warned(moves(by, BPF_FUNC_xdp_adjust_head), {});
  FirmwareProfile roomy;
  roomy.adjust_head.guaranteed_sub = 200;
  expect_warned(moves(-85, BPF_FUNC_xdp_adjust_head), {}, roomy);
}

TEST(NfpWarnings, TailGrown) {
  expect_warned(moves(1, BPF_FUNC_xdp_adjust_tail), {"PW-NFP-165"});
  expect_warned(moves(-1, BPF_FUNC_xdp_adjust_tail), {});
}

// The packet is longer than 2047 + 1 bytes, and some byte of these is read.
Object variable_packet_access() {
  Code body;
  body << load(BPF_H, 5, 2, 0) << alu(BPF_AND, 5, 2047) << mov_r(7, 2) << alu_r(BPF_ADD, 7, 5)
       << load(BPF_B, 5, 7, 0);
  return object_with(with_packet(body, 2048));
}

TEST(NfpWarnings, VariablePacketAccessIsAQuestionOfTheMtu) {
  const Object o = variable_packet_access();
  expect_warned(o, {"PW-NFP-130"});
  RuleOptions jumbo;
  jumbo.mtu = 9000;
  EXPECT_EQ(errors(checked(o, {}, jumbo)), Codes{"PW-NFP-130"});
  FirmwareProfile far;
  far.split_bytes = 33 * 64;
  expect_warned(o, {}, far, jumbo);
}

Object additions(unsigned count) {
  Code c;
  c << mov(3, 0);
  for (unsigned i = 0; i < count; ++i)
    c << add(3, 1);
  c << pass();
  return object_with(c);
}

TEST(NfpWarnings, LengthOfOurWordsIsARule) {
  RuleOptions options;
  options.words = 2560;
  expect_warned(additions(1400), {"PW-NFP-183"}, {}, options);
  options.words = 2561;
  EXPECT_EQ(errors(checked(additions(1400), {}, options)), Codes{"PW-NFP-182"});
  expect_warned(object_with(pass()), {"PW-NFP-182"}, {}, options); // the driver needs few
}

TEST(NfpWarnings, LengthOfTheDriversTranslationIsAnEstimate) {
  expect_warned(additions(1400), {"PW-NFP-183"});
  expect_warned(additions(1000), {});
}

// r3 and r4 hold numbers of 32 bits; what is done to r3 before it is multiplied.
std::set<std::string> multiplied_after(const Insns& before) {
  Code body;
  body << load(BPF_W, 3, 2, 0) << load(BPF_W, 4, 2, 4) << before << alu(BPF_MUL, 3, 3);
  const auto found = checked(object_with(with_packet(body)));
  EXPECT_EQ(errors(found), Codes{});
  return warnings(found);
}

TEST(NfpWarnings, RangesThatLinuxForgets) {
  const Codes forgotten = {"PW-NFP-113"}, known = {};
  const bpf_insn swap = make(BPF_ALU | BPF_END | BPF_TO_BE, 3, 0, 0, 32);
  EXPECT_EQ(multiplied_after({}), known);
  EXPECT_EQ(multiplied_after({swap}), forgotten);
  EXPECT_EQ(multiplied_after({alu(BPF_DIV, 3, 7)}), forgotten);
  EXPECT_EQ(multiplied_after({make(BPF_ALU | BPF_DIV, 3, 0, 0, 7)}), known);
  EXPECT_EQ(multiplied_after({alu32_r(BPF_XOR, 3, 4)}), forgotten);
  EXPECT_EQ(multiplied_after({make(BPF_ALU | BPF_XOR, 3, 0, 0, 7)}), known);
  EXPECT_EQ(multiplied_after({alu32_r(BPF_ADD, 3, 4)}), known);
}

TEST(NfpWarnings, RangesThatLinuxLearnsAgain) {
  const bpf_insn swap = make(BPF_ALU | BPF_END | BPF_TO_BE, 3, 0, 0, 32);
  EXPECT_EQ(multiplied_after({swap, alu(BPF_AND, 3, 0xffff)}), Codes{});
  EXPECT_EQ(multiplied_after({swap, alu32_r(BPF_MOV, 3, 3)}), Codes{});
  EXPECT_EQ(multiplied_after({swap, jump_if(BPF_JGT, 3, 100, 1)}), Codes{});
  EXPECT_EQ(multiplied_after({swap, store(BPF_DW, 10, -8, 3), load(BPF_DW, 3, 10, -8)}),
            Codes{"PW-NFP-113"});
  EXPECT_EQ(multiplied_after({swap, store(BPF_W, 10, -8, 3), load(BPF_W, 3, 10, -8)}), Codes{});
}

TEST(NfpRules, AllAtOnceByInstruction) {
  Code body;
  body << load(BPF_B, 3, 2, 0) << alu(BPF_MOD, 3, 10) << store_k(BPF_W, 10, -4, 1)
       << call(BPF_FUNC_ktime_get_ns) << load(BPF_W, 3, 6, 12);
  const auto found = checked(object_with(with_packet(body)));
  EXPECT_EQ(errors(found), (Codes{"PW-NFP-101", "PW-NFP-124", "PW-NFP-150", "PW-NFP-131"}));
  EXPECT_TRUE(std::ranges::is_sorted(found, {}, [](const Diagnostic& d) { return *d.insn; }));
}

TEST(NfpRules, FlagsOfMapsAreNamed) {
  Object o = object_with([] {
    Code c;
    c << find(Hash) << pass();
    return Insns(c);
  }());
  o.maps[Hash].flags = BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG | 1u << 20;
  const auto found = checked(o);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].value, "BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG | 1048576");
}

TEST(NfpRules, ComplaintsOfTheFrontendAreThere) {
  Code c;
  c << mov_r(0, 3) << leave();
  EXPECT_EQ(errors(checked(object_with(c))), Codes{"PW-VER-003"});
}

TEST(NfpRules, CodeThatCannotBeDecodedIsToldOnly) {
  EXPECT_EQ(errors(checked(object_with({make(0xff, 0, 0, 0, 0)}))), Codes{"PW-VER-001"});
}

TEST(NfpRules, DeadInstructionsDoNotCount) {
  Code c;
  c << mov(3, 5) << jump_if(BPF_JEQ, 3, 5, 2) << alu(BPF_MOD, 3, 10) << mov(3, 1) << pass();
  EXPECT_EQ(errors(checked(object_with(c))), Codes{});
}

TEST(NfpRules, ProgramsOfNoFullViewAreLookedAtInstructionByInstruction) {
  Object o = object_with([] {
    Code c;
    c << mov(3, 5) << alu(BPF_MOD, 3, 10) << pass();
    return Insns(c);
  }());
  o.programs[0].type = ProgramType::Tc;
  EXPECT_TRUE(errors(checked(o)).contains("PW-NFP-101"));
}

} // namespace
} // namespace pw::nfp
