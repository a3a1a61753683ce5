// The lifter against the interpreter on random programs: verdict, bytes, redirect target and maps.
#include "tests/frontend/lift/lifted_engine.h"
#include "tests/random/compare.h"
#include "tests/random/generator.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pw {
namespace {

random::Contestant lifted(bool optimize) {
  return {"lifted", [optimize](const random::Case& c) {
            EngineInput input;
            input.object = &c.object;
            input.program = &c.program();
            LiftOptions options;
            options.optimize = optimize;
            return make_lifted_engine(input, options);
          }};
}

unsigned long number_from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

// PW_SEED and PW_COUNT choose other programs.
void compare_seeds(unsigned long first, unsigned long count, bool optimize) {
  first = number_from_environment("PW_SEED", first);
  count = number_from_environment("PW_COUNT", count);
  unsigned long refused = 0;
  for (unsigned long seed = first; seed < first + count; ++seed) {
    const random::Case c = random::generate_case(seed);
    const random::Verdict v = random::compare(c, random::interp(), lifted(optimize));
    refused += v.kind == random::Verdict::Refused;
    EXPECT_NE(v.kind, random::Verdict::Different)
        << "seed " << seed << ": " << v.what << "\n"
        << (number_from_environment("PW_VERBOSE", 0) ? random::disassemble(c) : "");
  }
  EXPECT_LT(refused, count / 4 + 1);
  testing::Test::RecordProperty("refused", int(refused));
}

TEST(LiftRandom, SameAsInterpreter) { compare_seeds(1, 300, true); }
TEST(LiftRandom, SameAsInterpreterWithoutPasses) { compare_seeds(10'000, 100, false); }

} // namespace
} // namespace pw
