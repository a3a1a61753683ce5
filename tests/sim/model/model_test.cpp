// The model against the meaning of the pipelines, packet after packet.
#include "sim/engine.h"
#include "tests/sim/model/cases.h"
#include "tests/sim/model/reference.h"

#include <gtest/gtest.h>

namespace pw::test {

namespace {

void expect_same(const PacketResult& got, const PacketResult& want, std::size_t packet) {
  EXPECT_EQ(got.retval, want.retval) << "packet " << packet;
  EXPECT_EQ(got.length, want.length) << "packet " << packet;
  EXPECT_EQ(got.bytes, want.bytes) << "packet " << packet;
  EXPECT_EQ(got.redirect, want.redirect) << "packet " << packet;
  EXPECT_EQ(got.trace, want.trace) << "packet " << packet;
}

void compare_with_reference(const Case& c, std::size_t count, unsigned stall_percent) {
  SCOPED_TRACE(c.name);
  EngineInput input = input_of(c);
  input.stall_percent = stall_percent;
  const auto model = make_model_engine(input);
  model->set_maps(c.maps);
  Reference reference(c.object, c.pipeline, input.environment, c.maps);
  for (const std::uint32_t run : {1u, 2u}) {
    const auto packets = random_packets(run, count);
    const auto results = model->run(packets);
    ASSERT_EQ(results.size(), packets.size());
    for (std::size_t i = 0; i < packets.size() && !testing::Test::HasFailure(); ++i)
      expect_same(results[i], reference.run(packets[i]), i);
    EXPECT_EQ(model->maps(), reference.maps());
  }
}

} // namespace

class ModelCases : public testing::TestWithParam<std::size_t> {};

TEST_P(ModelCases, MeansWhatThePipelineSays) {
  compare_with_reference(all_cases()[GetParam()], 500, 0);
}

TEST_P(ModelCases, UnderBackPressure) { compare_with_reference(all_cases()[GetParam()], 300, 40); }

INSTANTIATE_TEST_SUITE_P(All, ModelCases, testing::Range(std::size_t{0}, all_cases().size()),
                         [](const auto& info) { return all_cases()[info.param].name; });

TEST(Model, RandomPipelines) {
  for (std::uint32_t seed = 0; seed < 300 && !testing::Test::HasFailure(); ++seed)
    compare_with_reference(random_case(seed), 60, seed % 3 == 0 ? 30 : 0);
}

// A model that hid hazards would be of no use: without its interlock the same pipeline counts
// wrong.
TEST(Model, ShowsHazards) {
  Case c = case_named(all_cases(), "interlocked");
  c.pipeline.regions[1].interlocks.clear();
  const auto model = make_model_engine(input_of(c));
  Reference reference(c.object, c.pipeline, {}, {});
  const auto packets = random_packets(1, 200);
  model->run(packets);
  for (const Packet& packet : packets)
    reference.run(packet);
  EXPECT_NE(model->maps(), reference.maps());
}

TEST(Model, RefusesAnIllegalSchedule) {
  Case c = case_named(all_cases(), "counter");
  for (auto& op : c.pipeline.operations)
    if (op.kind == pipeline::OpKind::MapWrite)
      op.stage = 0; // its data comes in stage 1
  EXPECT_THROW(make_model_engine(input_of(c)), Failure);
}

TEST(Model, RefusesReadsOutsideTheWindow) {
  Case c = case_named(all_cases(), "mac_swap");
  c.pipeline.window_bytes = 8;
  EXPECT_THROW(make_model_engine(input_of(c)), Failure);
}

TEST(Model, RefusesPacketsThatAreTooLong) {
  const Case c = case_named(all_cases(), "mac_swap");
  const auto model = make_model_engine(input_of(c));
  Packet packet;
  packet.bytes.resize(32'001);
  try {
    model->run(std::vector<Packet>{packet});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-IN-090");
  }
  packet.bytes.resize(32'000);
  EXPECT_EQ(model->run(std::vector<Packet>{packet}).front().bytes.size(), 32'000u);
}

TEST(Model, OnePacketAClock) {
  const Case c = case_named(all_cases(), "counter");
  const auto model = make_model_engine(input_of(c));
  Packet packet;
  packet.bytes.assign(60, 6);
  const auto results = model->run(std::vector<Packet>(1000, packet));
  EXPECT_EQ(*results[999].cycle_in - *results[0].cycle_in, 999u);
  EXPECT_EQ(*results[999].cycle_out - *results[0].cycle_out, 999u);
}

TEST(Model, PacedByTheCapture) {
  const Case c = all_cases()[0];
  EngineInput input = input_of(c);
  input.pace_capture = true;
  const auto model = make_model_engine(input);
  std::vector<Packet> packets(3);
  packets[0].time_ns = 1'000'000'000;
  packets[1].time_ns = 1'000'000'400; // 100 clocks later
  packets[2].time_ns = 9'000'000'000; // 2e9 clocks: only fast if pauses are left out
  const auto results = model->run(packets);
  EXPECT_EQ(*results[1].cycle_in - *results[0].cycle_in, 100u);
  EXPECT_EQ(*results[2].cycle_in - *results[0].cycle_in, 2'000'000'000u);
}

} // namespace pw::test
