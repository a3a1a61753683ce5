#include "cli/options.h"
#include "cli/session.h"

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

std::string refusal(ProgramType of_section, ProgramType wanted) {
  Object object;
  object.programs.resize(1);
  object.programs[0].name = "p";
  object.programs[0].type = of_section;
  try {
    choose_program(object, "p", wanted);
    return "";
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
}

// What --type says counts.
TEST(ChooseProgram, OnlyPacketPrograms) {
  using enum ProgramType;
  EXPECT_EQ(refusal(Xdp, Unknown), "");
  EXPECT_EQ(refusal(Unknown, Xdp), "");
  EXPECT_EQ(refusal(Tc, Unknown), "");
  EXPECT_EQ(refusal(Unknown, Tc), "");
  EXPECT_EQ(refusal(Other, Xdp), "PW-PRG-003");
}

} // namespace
} // namespace pw::cli
