// Bloom filters, callbacks, probed memory, strings, broadcasts on all engines.
#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"
#include "sim/maps/map_file.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

using enum EngineKind;
using Bytes = std::vector<std::uint8_t>;

const std::string& object_of(const std::string& name) {
  static std::map<std::string, std::string> made;
  std::string& path = made[name];
  if (path.empty())
    path = test::compile_file(test::source_dir() + "/tests/nway/" + name + ".bpf.c");
  return path;
}

// Bytes 0 to 29 are what the programs look at; values repeat.
std::vector<Packet> packets_of(unsigned count, std::uint32_t seed) {
  std::vector<Packet> packets = test::mixed_packets(count, seed);
  std::uint32_t state = seed;
  const auto next = [&] { return std::uint8_t((state = state * 1103515245 + 12345) >> 16); };
  for (Packet& p : packets)
    for (std::size_t at = 0; at < 30 && at < p.bytes.size(); ++at)
      if (at < 12 || at > 13)
        p.bytes[at] = at < 3 ? next() & 7 : at < 27 ? next() : 0;
  return packets;
}

Bytes number(std::uint64_t value, std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i)
    bytes.push_back(i < 8 ? std::uint8_t(value >> 8 * i) : 0);
  return bytes;
}

struct Case {
  const char* file;
  const char* program;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.program; }

Contest contest_of(const Case& c) { return Contest({c.program, object_of(c.file), c.program, ""}); }

std::vector<EngineKind> engines(const Contest& contest) {
  if (contest.has_engine(Kernel))
    return {Kernel, Interp, Model};
  std::cout << "the kernel is left out: it can't run this here\n";
  return {Interp, Model};
}

class Helpers : public testing::TestWithParam<Case> {};

TEST_P(Helpers, Agree) {
  Contest contest = contest_of(GetParam());
  ASSERT_EQ(contest.refusal(), "");
  for (const std::uint32_t seed : {1u, 2u, 3u})
    EXPECT_EQ(contest.differences(engines(contest), packets_of(300, seed)), "");
  contest.reschedule(11);
  EXPECT_EQ(contest.differences({Interp, Model}, packets_of(300, 4)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, Helpers,
                         testing::Values(Case{"bloom", "word"}, Case{"bloom", "odd"},
                                         Case{"bloom", "large"}, Case{"bloom", "known"},
                                         Case{"walk", "search"}, Case{"walk", "change"},
                                         Case{"walk", "loop"}, Case{"probe", "probe"},
                                         Case{"probe", "strings"}, Case{"broadcast", "everywhere"},
                                         Case{"broadcast", "metadata"}),
                         [](const auto& info) { return info.param.program; });

class HelpersInHardware : public testing::TestWithParam<Case> {};

TEST_P(HelpersInHardware, AgreeToTheClock) {
  Contest contest = contest_of(GetParam());
  ASSERT_EQ(contest.refusal(), "");
  if (!contest.has_engine(Rtl))
    GTEST_SKIP() << "no verilator here";
  contest.stall_percent = 30;
  EXPECT_EQ(contest.differences({Interp, Model, Rtl}, packets_of(400, 7)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, HelpersInHardware,
                         testing::Values(Case{"bloom", "word"}, Case{"walk", "search"},
                                         Case{"broadcast", "everywhere"}),
                         [](const auto& info) { return info.param.program; });

// ---- Bloom filters ----

// What a map file says is in a filter is in it, in every engine, and so are the same others.
TEST(Bloom, IsFilledWithValues) {
  const Contest contest = contest_of({"bloom", "known"});
  ASSERT_EQ(contest.refusal(), "");
  const MapState maps = parse_maps(R"({"words": [{"value": ["0x07","0","0","0"]}, {"value": 9},
                                                 {"value": 44}, {"value": 9}]})",
                                   "a file", contest.object(), 0);
  EXPECT_EQ(contest.differences(engines(contest), packets_of(300, 5), maps), "");
  EngineInput input;
  input.object = &contest.object();
  input.program = &contest.program();
  input.pipeline = &contest.pipeline();
  for (const EngineKind kind : engines(contest)) {
    const auto engine = make_engine(kind, input);
    engine->set_maps(maps);
    const MapState after = engine->maps();
    EXPECT_GT(after.at("words").size(), 2u) << engine_name(kind);
    const std::string text = print_maps(after, contest.object(), 0);
    EXPECT_EQ(parse_maps(text, "a dump", contest.object(), 0), after) << text;
  }
}

// Bits can be given to all but the kernel.
TEST(Bloom, IsFilledWithBits) {
  const Contest contest = contest_of({"bloom", "odd"});
  ASSERT_EQ(contest.refusal(), "");
  const MapState maps = parse_maps(R"({"odds": [{"word": 1, "bits": ["0xff","0x7f","0x0f","0xff"]},
                              {"value": [1, 0, 0, 0, 2, 0, 7]}]})",
                                   "a file", contest.object(), 0);
  EXPECT_EQ(contest.differences({Interp, Model}, packets_of(300, 6), maps), "");
  if (!contest.has_engine(Kernel))
    return;
  EngineInput input;
  input.object = &contest.object();
  input.program = &contest.program();
  EXPECT_THROW(make_engine(Kernel, input)->set_maps(maps), Failure);
}

std::string refused(const std::string& text) {
  const Contest contest = contest_of({"bloom", "word"});
  try {
    parse_maps(text, "a file", contest.object(), 0);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "accepted";
}

TEST(Bloom, MistakesInMapFilesAreNamed) {
  EXPECT_NE(refused(R"({"words": [{"key": 1, "value": 1}]})").find("PW-IN-104"), std::string::npos);
  EXPECT_NE(refused(R"({"words": [{"value": [1, 2]}]})").find("PW-IN-106"), std::string::npos);
  EXPECT_NE(refused(R"({"words": [{"word": 8, "bits": 1}]})").find("PW-IN-107"), std::string::npos);
  EXPECT_NE(
      refused(R"({"words": [{"word": 1, "bits": 1}, {"word": 1, "bits": 1}]})").find("PW-IN-109"),
      std::string::npos);
  EXPECT_EQ(refused(R"({"words": [{"word": 7, "bits": 1}]})"), "accepted");
}

TEST(Bloom, IsAsLargeAsInLinux) {
  EXPECT_EQ(bloom_size(1, 0), 64u);
  EXPECT_EQ(bloom_size(20, 0), 256u); // 140
  EXPECT_EQ(bloom_size(3, 2), 64u);
  EXPECT_EQ(bloom_size(100, 3), 512u);          // 420
  EXPECT_EQ(bloom_size(100'000, 10), 1u << 21); // 1.4 million
  EXPECT_EQ(bloom_size(0xffffffff, 15), std::uint64_t{1} << 32);
}

// ---- the egress interface ----

TEST(Egress, IsAConstant) {
  const Object object = open_object(object_of("broadcast"));
  const Program& program = select_program(object, "egress");
  for (const std::uint32_t egress : {1u, 3u}) {
    LiftOptions options;
    options.egress = egress;
    const LiftedProgram lifted = lift_program(object, program, options);
    ASSERT_EQ(lifted.warnings.size(), 2u);
    EXPECT_EQ(lifted.warnings[0].code, "PW-VER-015");
    const Compiled compiled = compile_pipeline(object, lifted);
    EngineInput input;
    input.object = &object;
    input.program = &program;
    input.pipeline = &compiled.pipeline;
    input.environment.egress = egress;
    for (const EngineKind kind : {Interp, Model}) {
      const auto results = make_engine(kind, input)->run(packets_of(3, 1));
      EXPECT_EQ(results[0].retval, egress == 3 ? std::uint32_t(XDP_DROP) : std::uint32_t(XDP_PASS))
          << engine_name(kind);
    }
  }
}

} // namespace
} // namespace pw::nway
