#include "backends/fpga/paths.h"

#include "tests/backends/fpga/netlists.h"

#include <gtest/gtest.h>

namespace pw::fpga {
namespace {

TEST(Levels, ACarryChainIsOneLevel) {
  const Netlist netlist = test::adder().read();
  Levels levels(netlist);
  EXPECT_EQ(levels.at(10), 0u);
  EXPECT_EQ(levels.at(11), 1u);
  EXPECT_EQ(levels.at(12), 2u);
  EXPECT_EQ(levels.at(13), 2u);
  EXPECT_EQ(levels.at(14), 3u);
}

TEST(Levels, WideMultiplexersStandBehindTheirTables) {
  test::NetlistText text;
  text.cell("LUT6", {{"I0", {2}}, {"O", {10}}})
      .cell("MUXF7", {{"I0", {10}}, {"I1", {10}}, {"O", {11}}})
      .cell("MUXF8", {{"I0", {11}}, {"O", {12}}});
  const Netlist netlist = text.read();
  EXPECT_EQ(Levels(netlist).at(12), 1u);
}

TEST(Levels, PathFromRegisterToRegister) {
  const Netlist netlist = test::adder().read();
  const Path path = Levels(netlist).path_to(14);
  EXPECT_EQ(path.levels, 3u);
  EXPECT_EQ(path.nets, (std::vector<std::string>{"s1_a", "s1_sum"}));
}

// A loop without a register is a mistake of the design; it must not hang the tool.
TEST(Levels, LoopsEnd) {
  test::NetlistText text;
  text.cell("LUT2", {{"I0", {11}}, {"O", {10}}}).cell("LUT2", {{"I0", {10}}, {"O", {11}}});
  const Netlist netlist = text.read();
  Levels levels(netlist);
  EXPECT_LE(levels.at(10), 3u);
  EXPECT_LE(levels.path_to(11).levels, 3u);
}

TEST(Levels, DeepLogicNeedsNoStack) {
  test::NetlistText text;
  constexpr int depth = 5000;
  for (int i = 0; i < depth; ++i)
    text.cell("LUT1", {{"I0", {10 + i}}, {"O", {11 + i}}});
  const Netlist netlist = text.read();
  EXPECT_EQ(Levels(netlist).at(10 + depth), unsigned(depth));
}

} // namespace
} // namespace pw::fpga
