// Maps of maps, maps that a branch chooses, queues and stacks on all engines.
#include "sim/maps/contents.h"
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

// Bytes 22 to 29 are what the programs look at; keys repeat.
std::vector<Packet> packets_of(unsigned count, std::uint32_t seed) {
  std::vector<Packet> packets = test::mixed_packets(count, seed);
  std::uint32_t state = seed;
  for (Packet& p : packets)
    for (std::size_t at = 22; at < 30 && at < p.bytes.size(); ++at) {
      state = state * 1103515245 + 12345;
      p.bytes[at] = at < 27 ? std::uint8_t(state >> 16) : 0;
    }
  return packets;
}

Bytes text(const std::string& name) { return {name.begin(), name.end()}; }

Bytes number(std::uint64_t value, std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i)
    bytes.push_back(i < 8 ? std::uint8_t(value >> 8 * i) : 0);
  return bytes;
}

// `count` tables NAME0, NAME1, ... in slots 0, 1, ... of `outer`.
std::string tables(const std::string& outer, const std::string& name, unsigned count) {
  std::string all = "{";
  for (unsigned i = 0; i < count; ++i)
    all += (i ? ", \"" : "\"") + name + std::to_string(i) + "\": {\"like\": \"" + outer +
           "\", \"entries\": []}";
  return all + "}";
}

MapContents slots(const std::string& name, unsigned count, std::size_t key_size) {
  MapContents contents;
  for (unsigned i = 0; i < count; ++i)
    contents[number(i, key_size)] = text(name + std::to_string(i));
  return contents;
}

struct Case {
  const char* program;
  const char* outer = "";
  unsigned inner = 0; // maps besides those of the file
  const char* file = "inner";
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.program << c.inner; }

class InnerMaps : public testing::TestWithParam<Case> {
protected:
  InnerMaps()
      : contest_({GetParam().program, object_of(GetParam().file), GetParam().program, "",
                  tables(GetParam().outer, "t", GetParam().inner)}) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::vector<EngineKind> engines() const {
    if (contest_.has_engine(Kernel))
      return {Kernel, Interp, Model};
    return {Interp, Model};
  }

  // Tables in their slots, with some entries in each, every second slot empty if `gaps`.
  MapState filled(bool gaps) const {
    MapState state;
    const MapDefinition* outer = find_map(contest_.object(), GetParam().outer);
    if (outer == nullptr)
      return state;
    state[outer->name] = slots("t", GetParam().inner, outer->key_size);
    if (gaps)
      std::erase_if(state[outer->name], [](const auto& e) { return e.first[0] % 2 == 1; });
    for (unsigned i = 0; i < GetParam().inner; ++i)
      state["t" + std::to_string(i)] = entries(*find_map(contest_.object(), "t0"), i);
    return state;
  }

  static MapContents entries(const MapDefinition& map, unsigned seed) {
    MapContents contents;
    for (unsigned i = 0; i < 10; ++i) {
      Bytes key = number(i + seed, map.key_size);
      if (map.type == BPF_MAP_TYPE_LPM_TRIE)
        key = {std::uint8_t(8 + i % 3 * 8), 0, 0, 0, std::uint8_t(i * 31 + seed), 0, 0, 0};
      contents[key] = number(100 * seed + i, map.value_size);
    }
    return contents;
  }

  Contest contest_;
};

TEST_P(InnerMaps, Agree) {
  const auto packets = packets_of(400, 1);
  EXPECT_EQ(contest_.differences(engines(), packets), "");
  EXPECT_EQ(contest_.differences(engines(), packets, filled(false)), "");
  EXPECT_EQ(contest_.differences(engines(), packets, filled(true)), "");
}

TEST_P(InnerMaps, AgreeInEverySchedule) {
  contest_.reschedule(3);
  EXPECT_EQ(contest_.differences({Interp, Model}, packets_of(200, 5), filled(false)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, InnerMaps,
                         testing::Values(Case{"counters"}, Case{"counters", "arrays", 2},
                                         Case{"counters", "arrays", 5}, Case{"two_ways"},
                                         Case{"look_up", "hashes", 1}, Case{"look_up", "hashes", 9},
                                         Case{"change", "hashes", 3}, Case{"least_used", "lrus", 2},
                                         Case{"routes", "tries", 3}, Case{"branches"}, Case{"kept"},
                                         Case{"spilled"}),
                         [](const auto& info) { return testing::PrintToString(info.param); });

class Queues : public testing::TestWithParam<const char*> {
protected:
  Queues() : contest_({GetParam(), object_of("queue"), GetParam(), ""}) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }
  std::vector<EngineKind> engines() const {
    if (contest_.has_engine(Kernel))
      return {Kernel, Interp, Model};
    return {Interp, Model};
  }
  Contest contest_;
};

TEST_P(Queues, Agree) {
  const MapState some = {{"line", {{place_key(0), number(7, 4)}, {place_key(1), number(8, 4)}}},
                         {"pile", {{place_key(0), number(9, 9)}, {place_key(1), number(1, 9)}}}};
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    EXPECT_EQ(contest_.differences(engines(), packets_of(300, seed)), "");
    EXPECT_EQ(contest_.differences(engines(), packets_of(4, seed), some), "");
  }
  contest_.reschedule(11);
  EXPECT_EQ(contest_.differences({Interp, Model}, packets_of(300, 4), some), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, Queues, testing::Values("queue", "stack", "both", "drain"),
                         [](const auto& info) { return info.param; });

// A slot takes back a map that it held before, and the contents stay with the map.
TEST(InnerMap, StaysWhileItsSlotIsEmpty) {
  Contest contest({"counters", object_of("inner"), "counters", "", tables("arrays", "t", 6)});
  ASSERT_EQ(contest.refusal(), "");
  EngineInput input;
  input.object = &contest.object();
  input.program = &contest.program();
  input.pipeline = &contest.pipeline();
  for (const EngineKind kind : {Interp, Model}) {
    const auto engine = make_engine(kind, input);
    engine->set_maps({{"arrays", slots("t", 6, 4)}});
    engine->run(packets_of(300, 1));
    const MapState before = engine->maps();
    engine->set_maps({{"arrays", {}}});
    for (const PacketResult& r : engine->run(packets_of(20, 2)))
      EXPECT_EQ(r.retval, std::uint32_t(XDP_DROP)) << engine_name(kind);
    engine->set_maps({{"arrays", slots("t", 6, 4)}});
    EXPECT_EQ(engine->maps(), before) << engine_name(kind);
    EXPECT_THROW(engine->set_maps({{"arrays", {{number(0, 4), text("known")}}}}), Failure);
  }
}

std::string refusal(const std::string& program, const std::string& outer, unsigned inner) {
  return Contest({program, object_of("inner"), program, "", tables(outer, "t", inner)}).refusal();
}

TEST(InnerMap, RefusalsNameTheirRule) {
  EXPECT_NE(refusal("change", "hashes", 5).find("PW-MAP-032"), std::string::npos);
  EXPECT_NE(refusal("routes", "tries", 17).find("PW-MAP-030"), std::string::npos);
}

} // namespace
} // namespace pw::nway
