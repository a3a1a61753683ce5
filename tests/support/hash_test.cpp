#include "support/environment.h"
#include "support/hash.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace pw {

TEST(H3, SpreadsSequentialKeys) {
  std::set<std::uint32_t> rows;
  for (std::uint32_t k = 0; k < 256; ++k) {
    const std::array<std::uint8_t, 4> key = {std::uint8_t(k), 0, 0, 0};
    rows.insert(h3_row(1, 10, key));
  }
  EXPECT_GT(rows.size(), 180u); // 256 balls in 1024 bins: 227 expected of a random function
}

TEST(H3, WaysDiffer) {
  const std::array<std::uint8_t, 4> key = {1, 2, 3, 4};
  EXPECT_NE(h3_row(0, 16, key), h3_row(1, 16, key));
}

TEST(Random, DependsOnAllThree) {
  static_assert(random_u32(1, 0, 0) != random_u32(2, 0, 0));
  static_assert(random_u32(1, 0, 0) != random_u32(1, 1, 0));
  static_assert(random_u32(1, 0, 0) != random_u32(1, 0, 1));
}

} // namespace pw
