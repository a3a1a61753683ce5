#include "tests/backends/fpga/netlists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace pw::fpga {
namespace {

using test::NetlistText;

const Cell& cell_of(const Netlist& netlist, CellKind kind) {
  return *std::ranges::find(netlist.cells, kind, &Cell::kind);
}

TEST(Netlist, KnowsTheCellsOfBothFamilies) {
  const auto kind = [](const char* type) { return kind_of(Family::UltraScalePlus, type); };
  EXPECT_EQ(kind("LUT6"), CellKind::Lut);
  EXPECT_EQ(kind("INV"), CellKind::Lut);
  EXPECT_EQ(kind("CARRY8"), CellKind::Carry);
  EXPECT_EQ(kind("MUXF9"), CellKind::WideMux);
  EXPECT_EQ(kind("FDSE"), CellKind::FlipFlop);
  EXPECT_EQ(kind("SRL16E"), CellKind::Shift);
  EXPECT_EQ(kind("RAM32M16"), CellKind::LutRam);
  EXPECT_EQ(kind("RAMB18E2"), CellKind::Block);
  EXPECT_EQ(kind("URAM288"), CellKind::Ultra);
  EXPECT_EQ(kind("DSP48E2"), CellKind::Dsp);
  EXPECT_EQ(kind("IBUF"), CellKind::Other);
  EXPECT_EQ(kind_of(Family::Ice40, "SB_LUT4"), CellKind::Lut);
  EXPECT_EQ(kind_of(Family::Ice40, "SB_DFFESR"), CellKind::FlipFlop);
  EXPECT_EQ(kind_of(Family::Ice40, "SB_RAM40_4K"), CellKind::Block);
  EXPECT_EQ(luts_of("RAM32M16"), 8u);
  EXPECT_EQ(blocks_of("RAMB18E2"), 0.5);
}

// What is read from look-up table RAM depends on the address now; the data is taken with the clock.
TEST(Netlist, MemoriesOfLookUpTablesReadAtOnce) {
  NetlistText text;
  text.cell("RAM64X1D", {{"DPRA0", {5}}, {"D", {6}}, {"A0", {7}}, {"WCLK", {8}}, {"O", {9}}});
  const Netlist netlist = text.read();
  EXPECT_EQ(netlist.cells[0].reads, (std::vector<Net>{5}));
  EXPECT_EQ(netlist.cells[0].stores, (std::vector<Net>{7, 6, 8}));
}

TEST(Netlist, RegistersCutPaths) {
  const Netlist netlist = test::adder().read();
  const Cell& reg = cell_of(netlist, CellKind::FlipFlop);
  EXPECT_TRUE(reg.reads.empty());
  EXPECT_EQ(reg.stores.size(), 2u);
}

TEST(Netlist, NamesOfTheTopModuleComeFirst) {
  NetlistText text;
  text.cell("FDRE", {{"D", {2}}, {"Q", {10}}})
      .name("table.found", {10})
      .name("s4_found", {10})
      .name("$auto$1", {10});
  EXPECT_EQ(text.read().names[10], "s4_found");
}

TEST(Netlist, ConstantsAreNoNets) {
  std::istringstream in(
      R"({"modules":{"top":{"cells":{"a":{"type":"LUT2","port_directions":{"I0":"input","O":"output"},
          "connections":{"I0":["1"],"O":[4]}}},"netnames":{}}}})");
  EXPECT_TRUE(read_netlist(in, "top", Family::UltraScalePlus).cells[0].reads.empty());
}

TEST(Netlist, RefusesWhatIsNone) {
  for (const std::string text : {"", "{", "[]", R"({"modules":{}})", R"({"modules":{"top":{}}})"}) {
    std::istringstream in(text);
    EXPECT_THROW(read_netlist(in, "top", Family::Ice40), std::runtime_error) << text;
  }
}

} // namespace
} // namespace pw::fpga
