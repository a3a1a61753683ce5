#include "cli/options.h"

#include <gtest/gtest.h>

namespace pw::cli {
namespace {

TEST(Clock, UnitsAndSpaces) {
  EXPECT_DOUBLE_EQ(parse_clock("250MHz"), 250);
  EXPECT_DOUBLE_EQ(parse_clock("250 mhz"), 250);
  EXPECT_DOUBLE_EQ(parse_clock("250"), 250);
  EXPECT_DOUBLE_EQ(parse_clock("0.25GHz"), 250);
  EXPECT_DOUBLE_EQ(parse_clock("322.265625MHz"), 322.265625);
  EXPECT_DOUBLE_EQ(parse_clock("156250kHz"), 156.25);
  EXPECT_DOUBLE_EQ(parse_clock("1e8Hz"), 100);
}

TEST(Clock, RefusesWhatIsNoFrequency) {
  for (const char* text :
       {"", "MHz", "fast", "250THz", "250MHzz", "-250MHz", "0", "2GHz", "inf", "nan", "1e999"})
    EXPECT_THROW(parse_clock(text), CLI::ValidationError) << text;
}

} // namespace
} // namespace pw::cli
