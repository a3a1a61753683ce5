// rtl and model: the same verdicts, bytes, redirects, traces, maps, and the same cycles.
#include "sim/engine.h"
#include "support/process.h"
#include "tests/sim/model/cases.h"
#include "tests/sim/model/reference.h"
#include "tests/sim/model/table_cases.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace pw::test {

namespace {

void expect_same(const PacketResult& rtl, const PacketResult& model, std::size_t packet) {
  EXPECT_EQ(rtl.retval, model.retval) << "packet " << packet;
  EXPECT_EQ(rtl.length, model.length) << "packet " << packet;
  EXPECT_EQ(rtl.bytes, model.bytes) << "packet " << packet;
  EXPECT_EQ(rtl.redirect, model.redirect) << "packet " << packet;
  EXPECT_EQ(rtl.trace, model.trace) << "packet " << packet;
  EXPECT_EQ(rtl.cycle_in, model.cycle_in) << "packet " << packet;
  EXPECT_EQ(rtl.cycle_out, model.cycle_out) << "packet " << packet;
}

// Two runs on the same engines, under the same back-pressure.
void compare(const Case& c, const EngineInput& input, std::size_t count) {
  SCOPED_TRACE(c.name);
  const auto model = make_model_engine(input);
  const auto rtl = make_rtl_engine(input);
  Reference reference(c.object, c.pipeline, input.environment, c.maps);
  model->set_maps(c.maps);
  rtl->set_maps(c.maps);
  for (const std::uint32_t run : {1u, 2u}) {
    const auto packets = random_packets(run, count);
    const auto from_model = model->run(packets);
    const auto from_rtl = rtl->run(packets);
    ASSERT_EQ(from_rtl.size(), from_model.size());
    for (std::size_t i = 0; i < packets.size() && !testing::Test::HasFailure(); ++i) {
      expect_same(from_rtl[i], from_model[i], i);
      EXPECT_EQ(from_rtl[i].bytes, reference.run(packets[i]).bytes) << "packet " << i;
    }
    EXPECT_EQ(rtl->maps(), model->maps());
    EXPECT_EQ(rtl->maps(), reference.maps());
    EXPECT_EQ(rtl->cycles(), model->cycles());
    EXPECT_EQ(rtl->held_cycles(), model->held_cycles());
  }
}

} // namespace

// Keys that can't be placed: packets wait until they can, in both for as long.
TEST(RtlTables, CollidingKeys) {
  const Case c = table_counter("table_colliding", 40, false, 0);
  auto packets = colliding_packets(c, 60);
  const auto more = random_packets(5, 200);
  packets.insert(packets.end(), more.begin(), more.end());
  const EngineInput input = input_of(c);
  const auto model = make_model_engine(input), rtl = make_rtl_engine(input);
  Reference reference(c.object, c.pipeline, input.environment, {});
  for (int run = 0; run < 2; ++run) {
    const auto from_model = model->run(packets), from_rtl = rtl->run(packets);
    for (std::size_t i = 0; i < packets.size() && !testing::Test::HasFailure(); ++i) {
      expect_same(from_rtl[i], from_model[i], i);
      EXPECT_EQ(from_rtl[i].bytes, reference.run(packets[i]).bytes) << "packet " << i;
    }
    EXPECT_EQ(rtl->maps(), model->maps());
    EXPECT_EQ(rtl->maps(), reference.maps());
    EXPECT_EQ(rtl->held_cycles(), model->held_cycles());
  }
  EXPECT_LT(20u, model->held_cycles()->at("flows"));
}

class RtlCases : public testing::TestWithParam<std::size_t> {};

TEST_P(RtlCases, EqualTheModel) {
  const Case c = all_cases()[GetParam()];
  for (const unsigned stall : {0u, 30u, 80u}) {
    EngineInput input = input_of(c);
    input.stall_percent = stall;
    compare(c, input, 400);
  }
}

TEST_P(RtlCases, EqualTheModelAtTheCapturesPace) {
  const Case c = all_cases()[GetParam()];
  EngineInput input = input_of(c);
  input.pace_capture = true;
  compare(c, input, 200);
}

INSTANTIATE_TEST_SUITE_P(All, RtlCases, testing::Range(std::size_t{0}, all_cases().size()),
                         [](const auto& info) { return all_cases()[info.param].name; });

class RtlRandom : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RtlRandom, EqualsTheModel) {
  const Case c = random_case(GetParam());
  EngineInput input = input_of(c);
  input.stall_percent = GetParam() % 2 * 40;
  compare(c, input, 300);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RtlRandom, testing::Range(0u, 6u));

TEST(Rtl, WritesAWaveform) {
  const Case c = all_cases().front();
  const auto file =
      std::filesystem::temp_directory_path() / ("pw-waves-" + std::to_string(getpid()) + ".fst");
  EngineInput input = input_of(c);
  input.trace_file = file;
  make_rtl_engine(input)->run(random_packets(1, 5));
  EXPECT_GT(std::filesystem::file_size(file), 500u);
  std::filesystem::remove(file);
}

TEST(Rtl, RefusesAFolderWithoutVerilog) {
  const Case c = all_cases().front();
  EngineInput input = input_of(c);
  input.verilog_dir = "/nonexistent";
  EXPECT_THROW(make_rtl_engine(input), Failure);
}

} // namespace pw::test
