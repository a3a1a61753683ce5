// The books of a memory's clocks.
#include "sim/nfp/memory_units.h"

#include <gtest/gtest.h>

namespace pw::me {
namespace {

TEST(MemoryUnit, CommandsWaitForEachOther) {
  MemoryUnit unit;
  EXPECT_EQ(unit.book(96, 10), 96u);
  EXPECT_EQ(unit.book(96, 10), 106u);
  EXPECT_EQ(unit.book(500, 10), 500u);
  EXPECT_EQ(unit.book(96, 10), 116u); // of an engine that is simulated later
  EXPECT_EQ(unit.waited, 10u + 20u);
}

// A minute is 5 * 10^10 clocks.
TEST(MemoryUnit, NothingIsKeptOfAGap) {
  constexpr std::uint64_t far = std::uint64_t{1} << 50;
  MemoryUnit unit;
  EXPECT_EQ(unit.book(5, 10), 5u);
  EXPECT_EQ(unit.book(far, 10), far);
  EXPECT_EQ(unit.book(far - 3200, 10), far - 3200); // engines come one after another
  EXPECT_EQ(unit.book(far, 10), far + 10);
  EXPECT_EQ(unit.book(2 * far, 40), 2 * far);
  EXPECT_EQ(unit.book(2 * far, 40), 2 * far + 40);
}

} // namespace
} // namespace pw::me
