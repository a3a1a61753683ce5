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

} // namespace
} // namespace pw::nfp::rules
