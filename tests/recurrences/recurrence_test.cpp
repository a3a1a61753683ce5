// Every program of this folder, with its values in an array, in a per-CPU array and in a hash map:
// the clocks that packets of one flow must be apart, packets per clock, and that all engines agree,
// in every schedule, whatever the values were before.
#include "sim/traffic/traffic.h"
#include "support/hash.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::nway {
namespace {

using enum EngineKind;

struct Case {
  const char* name;
  unsigned distance; // longest of all interlocks
};

using Bytes = std::vector<std::uint8_t>;

std::string object_of(const std::string& name, const std::string& map) {
  return test::compile_c("#define MAP " + map + "\n#include \"" + test::source_dir() +
                         "/tests/recurrences/" + name + ".bpf.c\"\n");
}

unsigned longest_interlock(const pipeline::Pipeline& p) {
  unsigned longest = 0;
  for (const pipeline::Region& r : p.regions)
    for (const pipeline::Interlock& lock : r.interlocks)
      longest = std::max(longest, lock.distance);
  return longest;
}

// The flows of these packets, at the ends of what a word can hold and anywhere.
MapContents any_values(std::span<const Packet> packets, const Contest& contest,
                       std::uint64_t seed) {
  const MapDefinition& map = contest.object().maps.at(0);
  const bool hash = map.type == BPF_MAP_TYPE_HASH;
  MapContents contents;
  for (const Packet& p : packets) {
    if (p.bytes.size() < 34 || contents.size() >= map.max_entries)
      continue;
    Bytes key = {p.bytes[29], 0, 0, 0}, value(map.value_size);
    if (hash)
      key = {p.bytes[29], p.bytes[28], p.bytes[27], p.bytes[26]};
    if (contents.count(key))
      continue;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::uint64_t r = splitmix64(seed << 32 ^ contents.size() << 16 ^ i / 4);
      value[i] = std::uint8_t(r % 5 == 0   ? 0xff
                              : r % 5 == 1 ? 0
                              : r % 5 == 2 ? i % 4 == 0
                                           : r >> (i % 8 * 8));
    }
    contents[key] = value;
  }
  return contents;
}

std::vector<Packet> packets_of(const std::string& spec) {
  return generate_traffic(parse_traffic(spec));
}

double packets_per_clock(const Contest& contest, std::span<const Packet> packets) {
  EngineInput input;
  input.object = &contest.object();
  input.program = &contest.program();
  input.pipeline = &contest.pipeline();
  const auto engine = make_engine(Model, input);
  if (contest.object().maps.at(0).type == BPF_MAP_TYPE_HASH)
    engine->set_maps({{"flows", any_values(packets, contest, 0)}});
  const auto results = engine->run(packets);
  return double(results.size() - 1) / double(*results.back().cycle_in - *results[0].cycle_in);
}

class Recurrence : public testing::TestWithParam<Case> {
protected:
  std::string name() const { return GetParam().name; }
  Contest contest(const std::string& map) const {
    return Contest({name(), object_of(name(), map), "", ""});
  }
};

TEST_P(Recurrence, IsAsShortAsItCanBe) {
  for (const char* map : {"BPF_MAP_TYPE_ARRAY", "BPF_MAP_TYPE_PERCPU_ARRAY", "BPF_MAP_TYPE_HASH"}) {
    const Contest c = contest(map);
    ASSERT_EQ(c.refusal(), "") << map;
    EXPECT_EQ(longest_interlock(c.pipeline()), GetParam().distance) << map;
    if (GetParam().distance == 0) {
      EXPECT_EQ(packets_per_clock(c, packets_of("size=64,count=300,flows=single")), 1) << map;
      EXPECT_EQ(packets_per_clock(c, packets_of("size=64,count=300,flows=alternate:2")), 1) << map;
    }
  }
}

TEST_P(Recurrence, IsRightForAnyValues) {
  const auto packets = packets_of("size=64-800,count=600,flows=zipf:1.1:9,arrival=poisson,rate=20,"
                                  "options=10%,malformed=3%");
  for (const char* map : {"BPF_MAP_TYPE_ARRAY", "BPF_MAP_TYPE_HASH"}) {
    const Contest c = contest(map);
    std::vector<EngineKind> engines = {Interp, Model};
    if (c.has_engine(Kernel))
      engines.push_back(Kernel);
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
      EXPECT_EQ(c.differences(engines, packets, {{"flows", any_values(packets, c, seed)}}), "")
          << map << ", values " << seed;
  }
}

TEST_P(Recurrence, IsRightInEverySchedule) {
  const auto packets = packets_of("size=64,count=300,flows=zipf:1.1:4,arrival=poisson");
  Contest c = contest("BPF_MAP_TYPE_ARRAY");
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    c.reschedule(seed);
    EXPECT_EQ(c.differences({Interp, Model}, packets, {{"flows", any_values(packets, c, seed)}}),
              "")
        << "schedule " << seed;
  }
}

class InHardware : public testing::TestWithParam<const char*> {};

TEST_P(InHardware, IsTheSameClockByClock) {
  const Contest c({GetParam(), object_of(GetParam(), "BPF_MAP_TYPE_ARRAY"), "", ""});
  if (!c.has_engine(Rtl))
    GTEST_SKIP() << "no verilator here";
  const auto packets = packets_of("size=64-300,count=300,flows=zipf:1.1:4,arrival=poisson");
  EXPECT_EQ(c.differences({Interp, Model, Rtl}, packets, {{"flows", any_values(packets, c, 7)}}),
            "");
}

INSTANTIATE_TEST_SUITE_P(Some, InHardware,
                         testing::Values("two_entries", "total", "shared_window", "tcp_states"),
                         [](const auto& info) { return std::string(info.param); });

INSTANTIATE_TEST_SUITE_P(
    All, Recurrence,
    testing::Values(Case{"atomics", 0}, Case{"ewma", 0}, Case{"fixed_window", 0}, Case{"flags", 0},
                    Case{"last_seen", 0}, Case{"leaky_bucket", 0}, Case{"min_max", 0},
                    Case{"port_knock", 0}, Case{"round_robin", 0}, Case{"saturating", 0},
                    Case{"sequence", 0}, Case{"shared_window", 0}, Case{"sliding_window", 0},
                    Case{"tcp_states", 0}, Case{"token_bucket32", 0}, Case{"token_bucket_lazy", 0},
                    Case{"token_bucket_signed", 0}, Case{"total", 0}, Case{"two_entries", 0},
                    Case{"tx_queue", 0}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RecurrencesOfExamples, CloseWithinAClock) {
  for (const Subject& s : examples())
    if (s.name == "token_bucket" || s.name == "ip_options" || s.name == "interarrival") {
      const Contest c(s);
      EXPECT_EQ(longest_interlock(c.pipeline()), 0u) << s.name;
      EXPECT_EQ(c.differences({Interp, Model}, example_packets(s)), "") << s.name;
    }
}

} // namespace
} // namespace pw::nway
