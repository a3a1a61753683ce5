// Tail calls on all engines: the slots as the object fills them, some of them cleared by the host,
// and filled by the command line.
#include "sim/maps/contents.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

using enum EngineKind;

const std::string& object_file() {
  static const std::string path =
      test::compile_file(test::source_dir() + "/tests/nway/tail_calls.bpf.c");
  return path;
}

std::vector<Packet> choosing_packets(unsigned count) {
  std::vector<Packet> packets = test::mixed_packets(count, 7);
  std::uint32_t number = 0;
  for (Packet& p : packets)
    if (p.bytes.size() > 8) {
      p.bytes[6] = std::uint8_t(number * 5 + (number >> 4));
      p.bytes[7] = std::uint8_t(number++ * 11 >> 2);
    }
  return packets;
}

MapContents slots(std::initializer_list<std::pair<unsigned, const char*>> all) {
  MapContents contents;
  for (const auto& [slot, program] : all) {
    const std::string name = program;
    contents[index_key(slot)] = {name.begin(), name.end()};
  }
  return contents;
}

class TailCalls : public testing::TestWithParam<const char*> {
protected:
  TailCalls() : contest_({GetParam(), object_file(), GetParam(), ""}) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::vector<EngineKind> engines() const {
    if (contest_.has_engine(Kernel))
      return {Kernel, Interp, Model};
    return {Interp, Model};
  }
  Contest contest_;
};

TEST_P(TailCalls, AgreeWithTheSlotsOfTheObject) {
  EXPECT_EQ(contest_.differences(engines(), choosing_packets(600)), "");
  EXPECT_EQ(contest_.differences(engines(), packets_of_lengths()), "");
}

TEST_P(TailCalls, AgreeWhenTheHostClearsSlots) {
  const auto packets = choosing_packets(300);
  EXPECT_EQ(contest_.differences(engines(), packets, {{"jumps", {}}, {"second", {}}}), "");
  EXPECT_EQ(contest_.differences(engines(), packets,
                                 {{"jumps", slots({{2, "middle"}, {8, "tx"}, {9, "prints"}})}}),
            "");
  EXPECT_EQ(contest_.differences(engines(), packets, {{"second", {}}}), "");
}

TEST_P(TailCalls, AgreeInEverySchedule) {
  for (const std::uint64_t seed : {1u, 2u}) {
    contest_.reschedule(seed);
    EXPECT_EQ(contest_.differences({Interp, Model}, choosing_packets(200)), "");
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, TailCalls,
                         testing::Values("one_slot", "empty_slot", "small_index", "any_index",
                                         "two_ways", "moved_head", "cut_tail", "through_scratch",
                                         "random_numbers", "redirect_first", "from_subprogram",
                                         "from_callback"),
                         [](const auto& info) { return info.param; });

// Linux follows 33 of them. In hardware the host could clear the slot, which makes it depend on
// more than the packet which ones these are.
TEST(TooManyTailCalls, EndAsInTheKernel) {
  const Object object = open_object(object_file());
  const Program& program = select_program(object, "too_many");
  EXPECT_EQ(verify_program(object, program).at(0).code, "PW-TAIL-005");
  PW_SKIP_WITHOUT_KERNEL();
  EXPECT_EQ(test::compare_with_kernel(object, program, choosing_packets(20)), "");
}

class Slots : public testing::Test {
protected:
  std::unique_ptr<Engine> engine(EngineKind kind) {
    program_ = &select_program(object_, "empty_slot");
    compiled_ = compile_pipeline(object_, lift_program(object_, *program_));
    EngineInput input;
    input.object = &object_;
    input.program = program_;
    input.pipeline = &compiled_.pipeline;
    return make_engine(kind, input);
  }

  Object object_ = open_object(object_file(), {{}, {"jumps:4=drop", "jumps:0="}});
  const Program* program_ = nullptr;
  Compiled compiled_;
};

TEST_F(Slots, AreFilledBeforeCompiling) {
  const auto packets = choosing_packets(50);
  for (const EngineKind kind : {Interp, Model}) {
    const auto e = engine(kind);
    EXPECT_EQ(e->maps().at("jumps").count(index_key(0)), 0u);
    EXPECT_EQ(e->maps().at("jumps").at(index_key(4)), slots({{4, "drop"}}).at(index_key(4)));
    for (const PacketResult& r : e->run(packets))
      EXPECT_EQ(r.retval, std::uint32_t(XDP_DROP));
    EXPECT_EQ(e->maps().at("counts").at(index_key(1)).at(0), packets.size()) << engine_name(kind);
  }
}

TEST_F(Slots, AreFilledInTheKernelToo) {
  PW_SKIP_WITHOUT_KERNEL();
  const auto packets = choosing_packets(50);
  const auto e = engine(Kernel);
  std::size_t run = 0;
  for (const PacketResult& r : e->run(packets))
    run += !r.unsupported;
  EXPECT_GT(run, 0u);
  EXPECT_EQ(e->maps().at("counts").at(index_key(1)).at(0), run);
  EXPECT_EQ(e->maps().at("jumps"), initial_contents(*find_map(object_, "jumps")));
}

TEST_F(Slots, OfHardwareTakeTheProgramsTheyWereCompiledWith) {
  const auto e = engine(Model);
  e->set_maps({{"jumps", {}}});
  e->set_maps({{"jumps", slots({{4, "drop"}})}});
  try {
    e->set_maps({{"jumps", slots({{4, "tx"}})}});
    FAIL() << "taken";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-IN-115");
  }
}

} // namespace
} // namespace pw::nway
