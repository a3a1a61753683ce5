#include "backends/fpga/places.h"

#include <gtest/gtest.h>

namespace pw::fpga {
namespace {

pipeline::Pipeline two_regions() {
  pipeline::Pipeline p;
  p.stages = 5;
  p.regions.resize(2);
  p.regions[0].last_stage = 2;
  p.regions[1].first_stage = 3;
  p.regions[1].last_stage = 4;
  return p;
}

TEST(Places, NamesTellTheStage) {
  const Places places(two_regions());
  EXPECT_EQ(places.of_wire("s3_sum"), "stage 3");
  EXPECT_EQ(places.of_wire("s12_x"), "stage 12");
  EXPECT_EQ(places.of_wire("e1_length"), "entrance 1");
  EXPECT_EQ(places.of_wire("out_head"), "result");
  EXPECT_EQ(places.of_wire("map0_flows_table.found"), "map0_flows_table");
  EXPECT_EQ(places.of_wire("s3_table.s4_x"), "s3_table");
  for (const char* name : {"", "s_x", "s3", "sum", "held", "exit_x"})
    EXPECT_EQ(places.of_wire(name), "") << name;
}

// What stage 1 computes ends in the registers of stage 2; what the FIFO in front of a region gives,
// in those of its first stage.
TEST(Places, RegistersEndTheStageBefore) {
  const Places places(two_regions());
  EXPECT_EQ(places.in_front_of("s2_sum"), "stage 1");
  EXPECT_EQ(places.in_front_of("s0_length"), "entrance 0");
  EXPECT_EQ(places.in_front_of("s3_sum"), "entrance 1");
  EXPECT_EQ(places.in_front_of("s4_sum"), "stage 3");
  EXPECT_EQ(places.in_front_of("deparser.s2_x"), "deparser");
}

TEST(Places, NamesOfValues) {
  EXPECT_EQ(value_name("s3_sum"), "sum");
  EXPECT_EQ(value_name("e1_packet20_to_23"), "packet20_to_23");
  EXPECT_EQ(value_name("out_head"), "head");
  EXPECT_EQ(value_name("held"), "");
}

} // namespace
} // namespace pw::fpga
