#include "backends/fpga/cost.h"

#include "tests/backends/fpga/netlists.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::fpga {
namespace {

Places places(unsigned stages = 4) {
  pipeline::Pipeline p;
  p.stages = stages;
  p.regions.resize(1);
  p.regions[0].last_stage = stages - 1;
  return Places(p);
}

const PlaceCost& at(const Cost& cost, const std::string& place) {
  return *std::ranges::find(cost.places, place, &PlaceCost::place);
}

TEST(Cost, LogicBelongsToTheStageThatComputes) {
  const Cost cost = cost_of(test::adder().read(), places());
  EXPECT_EQ(cost.total.luts, 2u);
  EXPECT_EQ(cost.total.flip_flops, 2u);
  // The table without a name of its own leads to the register s2_sum.
  EXPECT_EQ(at(cost, "stage 1").cells.luts, 2u);
  EXPECT_EQ(at(cost, "stage 1").cells.flip_flops, 1u);
  EXPECT_EQ(at(cost, "stage 2").cells.flip_flops, 1u);
  EXPECT_EQ(at(cost, "stage 1").longest.levels, 3u);
}

TEST(Cost, MemoriesInTheUnitsOfTheDevice) {
  test::NetlistText text;
  text.cell("RAMB18E2", {{"ADDR", {2}}, {"Q", {10}}})
      .cell("RAMB36E2", {{"ADDR", {2}}, {"Q", {11}}})
      .cell("RAM32M16", {{"ADDRA", {2}}, {"DIA", {3}}, {"O", {12}}})
      .cell("SRL16E", {{"D", {3}}, {"Q", {13}}})
      .cell("URAM288", {{"ADDR", {2}}, {"Q", {14}}})
      .cell("DSP48E2", {{"A", {2}}, {"OUT", {15}}})
      .cell("IBUF", {{"I", {1}}, {"O", {2}}})
      .name("values.word", {10, 11})
      .name("result_fifo.head", {12});
  const Cost cost = cost_of(text.read(), places());
  EXPECT_EQ(cost.total.blocks, 1.5);
  EXPECT_EQ(cost.total.memory_luts, 9u);
  EXPECT_EQ(cost.total.ultra, 1u);
  EXPECT_EQ(cost.total.dsp, 1u);
  EXPECT_EQ(cost.total.luts, 0u);
  EXPECT_EQ(at(cost, "values").cells.blocks, 1.5);
  EXPECT_EQ(at(cost, "result_fifo").cells.memory_luts, 8u);
  EXPECT_EQ(at(cost, "other").cells.ultra, 1u);
}

TEST(Cost, PlacesComeInTheOrderOfTheData) {
  test::NetlistText text;
  for (const auto& [net, name] :
       std::map<int, std::string>{{10, "s10_x"}, {11, "s2_x"}, {12, "deparser.x"}, {13, "e0_x"}})
    text.cell("FDRE", {{"D", {2}}, {"Q", {net}}}).name(name, {net});
  std::vector<std::string> order;
  for (const PlaceCost& place : cost_of(text.read(), places(12)).places)
    if (place.cells.flip_flops)
      order.push_back(place.place);
  EXPECT_EQ(order, (std::vector<std::string>{"entrance 0", "stage 2", "stage 10", "deparser"}));
}

} // namespace
} // namespace pw::fpga
