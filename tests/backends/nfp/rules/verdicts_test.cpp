// What tc programs return, state by state.
#include "backends/nfp/rules/rules.h"
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

namespace pw::nfp::rules {
namespace {

std::set<std::string> said_of(const verify::Value& r0, ProgramType type = ProgramType::Tc) {
  Object o = rules_test::object_with({assembly::leave()});
  o.programs[0].type = type;
  const Walk walk(o, o.programs[0]);
  verify::Report report(walk.linked());
  const FirmwareProfile firmware;
  const RuleOptions options;
  const Subject subject{o, o.programs[0], firmware, options, walk, report};
  verify::State state;
  state.frames.resize(1);
  state.reg(0) = r0;
  const Instruction leave = isa::Exit{};
  check_verdict(subject, {0, leave, state, Shadow{}});
  return rules_test::errors(report.take());
}

std::set<std::string> said_of(std::int64_t verdict) {
  return said_of(verify::Value::constant(std::uint64_t(verdict)));
}

using Codes = std::set<std::string>;

TEST(NfpVerdicts, OfTcThatTheCardHas) {
  for (const std::int64_t verdict : {-1, 2, 4, 5})
    EXPECT_EQ(said_of(verdict), Codes{}) << verdict;
}

TEST(NfpVerdicts, OfTcThatTheCardDoesNotHave) {
  for (const std::int64_t verdict : {0, 1, 3, 6, 7})
    EXPECT_EQ(said_of(verdict), Codes{"PW-NFP-185"}) << verdict;
}

TEST(NfpVerdicts, OfTcAreConstants) {
  const auto range = verify::Value::of(verify::Scalar::unsigned_range(4, 5));
  EXPECT_EQ(said_of(range), Codes{"PW-NFP-184"});
  EXPECT_EQ(said_of(range, ProgramType::Xdp), Codes{});
}

// A program of tc: what it returns on its ways, as Linux sees it.
std::set<std::string> said_of(const rules_test::Insns& insns) {
  Object o = rules_test::object_with(insns);
  o.programs[0].type = ProgramType::Tc;
  return rules_test::errors(check_verdicts(o, o.programs[0]));
}

rules_test::Insns returns_one_of(std::int32_t one, std::int32_t other, bool by_the_stack) {
  using namespace rules_test;
  Code c;
  c << load(BPF_W, 2, 1, 0) << mov(0, one) << jump_if(BPF_JEQ, 2, 60, 1) << mov(0, other);
  if (by_the_stack)
    c << store(BPF_DW, 10, -8, 0) << mov(0, 7) << load(BPF_DW, 0, 10, -8);
  c << leave();
  return c;
}

TEST(NfpVerdicts, AreConstantsOnEachWayByItself) {
  for (const bool by_the_stack : {false, true}) {
    EXPECT_EQ(said_of(returns_one_of(2, -1, by_the_stack)), Codes{});
    EXPECT_EQ(said_of(returns_one_of(2, 0, by_the_stack)), Codes{"PW-NFP-185"});
  }
}

TEST(NfpVerdicts, ThatAreComputedAreNone) {
  using namespace rules_test;
  Code c;
  c << load(BPF_W, 0, 1, 0) << leave();
  EXPECT_EQ(said_of(Insns(c)), Codes{"PW-NFP-184"});
}

} // namespace
} // namespace pw::nfp::rules
