// What a program does doesn't change by allocation: random functions, run before and after.

#include "backends/nfp/allocate/allocate.h"
#include "backends/nfp/link/link.h"
#include "tests/backends/nfp/allocate/machine.h"
#include "tests/backends/nfp/allocate/random_function.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pw::nfp {
namespace {

struct Case {
  const char* name;
  test::RandomShape shape;
  unsigned functions;
};

std::vector<std::string> run(const Function& f, std::uint32_t answers) {
  try {
    return test::Machine(f, answers).run();
  } catch (const std::runtime_error& e) {
    return {e.what()};
  }
}

class RandomFunctions : public testing::TestWithParam<Case> {};

TEST_P(RandomFunctions, DoTheSameAfterAllocation) {
  FirmwareProfile profile;
  profile.max_words = 100'000;
  for (unsigned seed = 1; seed <= GetParam().functions; ++seed) {
    SCOPED_TRACE(std::string("seed ") + std::to_string(seed));
    const Function before = test::random_function(seed, GetParam().shape);
    Function after = before;
    ASSERT_NO_THROW(allocate(after, profile));
    for (std::uint32_t answers = 0; answers < 8; ++answers) {
      SCOPED_TRACE(std::string("answers ") + std::to_string(answers));
      ASSERT_EQ(test::Machine(before, answers).run(), run(after, answers));
    }
    ASSERT_NO_THROW(link(after, {}, profile));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, RandomFunctions,
    testing::Values(Case{"Small", {.blocks = 3, .length = 6}, 400},
                    Case{"Middle", {.blocks = 10, .length = 12}, 200},
                    Case{"ManyBlocks", {.blocks = 80, .length = 4}, 60},
                    Case{"HighPressure", {.blocks = 6, .length = 15, .long_lived = 40}, 100},
                    Case{"LocalMemoryFull",
                         {.blocks = 6, .length = 15, .long_lived = 60, .stack_bytes = 60},
                         60}),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace pw::nfp
