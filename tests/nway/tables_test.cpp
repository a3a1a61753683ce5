// Maps that programs insert into and delete from, on every engine: how many accesses a pattern of
// lookups, updates and deletions takes, whether packets must wait, and that all agree; tables
// filled to the brim, with what each helper returned.
#include "support/hash.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include "sim/diff/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <map>

namespace pw::nway {
namespace {

using enum EngineKind;
using Bytes = std::vector<std::uint8_t>;

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

// What the packets of a run are drawn from.
struct Mixture {
  unsigned count = 2000, sources = 40, destinations = 4, ports = 2;
  unsigned gap = 1000; // ns, at most
};

void put(Bytes& bytes, std::size_t at, std::uint64_t value, unsigned size) { // big-endian
  for (unsigned i = 0; i < size; ++i)
    bytes.at(at + i) = std::uint8_t(value >> 8 * (size - 1 - i));
}

// IPv4 with ports and TCP flags, whatever the protocol says; a few are something else or cut off.
Packet draw(const Mixture& m, Random& random) {
  static constexpr std::uint8_t protocols[] = {6, 6, 6, 17, 17, 0, 1, 2, 3};
  Packet p;
  p.bytes.resize(54 + random.below(60));
  put(p.bytes, 12, random.below(40) == 0 ? 0x86dd : 0x0800, 2);
  put(p.bytes, 14, 0x45, 1);
  put(p.bytes, 22, 64, 1);
  put(p.bytes, 23, protocols[random.below(std::size(protocols))], 1);
  put(p.bytes, 26, 0x0b000000 + random.below(m.sources), 4);
  put(p.bytes, 30, 0x0c000000 + random.below(m.destinations), 4);
  put(p.bytes, 34, 1000 + random.below(m.ports), 2);
  put(p.bytes, 36, random.below(8), 2);
  put(p.bytes, 46, 0x50, 1);
  put(p.bytes, 47, 0x10 | (random.below(5) == 0), 1);
  if (random.below(50) == 0)
    p.bytes.resize(14 + random.below(40));
  return p;
}

std::vector<Packet> packets_of(const Mixture& m, std::uint64_t seed) {
  Random random{seed << 32};
  std::vector<Packet> packets;
  std::uint64_t now = 1'000'000'000;
  for (unsigned i = 0; i < m.count; ++i) {
    packets.push_back(draw(m, random));
    packets.back().time_ns = now += random.below(m.gap);
  }
  return packets;
}

// A program of the folder, with these definitions in front of it.
Contest contest_of(const std::string& name, const std::string& definitions = "") {
  return Contest({name,
                  test::compile_c(definitions + "#include \"" + test::source_dir() +
                                  "/tests/nway/tables/" + name + ".bpf.c\"\n"),
                  "", ""});
}

std::vector<EngineKind> engines_for(const Contest& contest) {
  if (contest.has_engine(Kernel))
    return {Kernel, Interp, Model};
  std::cout << "the kernel is left out: it can't run this here\n";
  return {Interp, Model};
}

struct Pattern {
  const char* name;
  std::vector<unsigned> accesses; // by table, as the program declares them
  bool interlock;      // do packets with different keys wait too? (always when it is full)
  bool by_key = false; // those with the same key
  const char* definitions = "";
};

void PrintTo(const Pattern& p, std::ostream* out) { *out << p.name; }

std::vector<unsigned> accesses(const pipeline::Pipeline& p) {
  std::vector<unsigned> all;
  for (unsigned map = 0; map < p.maps.size(); ++map)
    if (p.maps[map].kind == pipeline::MapKind::Table)
      all.push_back(unsigned(std::ranges::count_if(p.operations, [&](const auto& op) {
        return op.kind == pipeline::OpKind::MapAccess && op.map == map;
      })));
  return all;
}

bool has_interlock(const pipeline::Pipeline& p, bool by_key) {
  return std::ranges::any_of(p.regions, [&](const auto& r) {
    return std::ranges::any_of(r.interlocks, [&](const pipeline::Interlock& l) {
      const bool keys =
          !l.handles.empty() && p.values[l.handles[0]].width == 8 * p.maps[l.map].key_bytes + 1;
      return !l.when_full && keys == by_key;
    });
  });
}

class Tables : public testing::TestWithParam<Pattern> {
protected:
  Tables() : contest_(contest_of(GetParam().name, GetParam().definitions)) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  Contest contest_;
};

TEST_P(Tables, TakeAsFewAccessesAsTheyCan) {
  EXPECT_EQ(accesses(contest_.pipeline()), GetParam().accesses);
  EXPECT_EQ(has_interlock(contest_.pipeline(), false), GetParam().interlock);
  EXPECT_EQ(has_interlock(contest_.pipeline(), true), GetParam().by_key);
}

// One flow, few, about as many as there is room for, and far more.
TEST_P(Tables, Agree) {
  const auto engines = engines_for(contest_);
  for (const Mixture& m : {Mixture{500, 1, 1, 1}, Mixture{2000, 6, 2}, Mixture{2000, 40},
                           Mixture{2000, 3000, 9, 1000, 100}})
    EXPECT_EQ(contest_.differences(engines, packets_of(m, m.sources)), "")
        << m.sources << " sources";
}

TEST_P(Tables, EveryScheduleGivesTheSame) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    contest_.reschedule(seed);
    EXPECT_EQ(contest_.differences({Interp, Model}, packets_of({.count = 500}, seed)), "")
        << "schedule " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    NWay, Tables,
    testing::Values(Pattern{"counter", {1}, false}, Pattern{"second_lookup", {1}, false},
                    Pattern{"blind", {1}, false}, Pattern{"flow", {1}, false},
                    Pattern{"bucket", {1}, false}, Pattern{"two_tables", {1, 1}, false},
                    Pattern{"both_ways", {3}, true}, Pattern{"connection", {2}, false, true},
                    Pattern{"bridge", {3}, false}, Pattern{"peek", {2}, false},
                    Pattern{"lottery", {3}, false, true, "#define ENTRIES 20\n"},
                    Pattern{"lottery", {3}, false, true, "#define ENTRIES 1000\n"}),
    [](const auto& info) {
      return info.param.name + std::to_string(std::string(info.param.definitions).size());
    });

class TablesInHardware : public testing::TestWithParam<const char*> {};

TEST_P(TablesInHardware, AgreeToTheClock) {
  Contest contest = contest_of(GetParam());
  ASSERT_EQ(contest.refusal(), "");
  if (!contest.has_engine(Rtl))
    GTEST_SKIP() << "no verilator here";
  for (unsigned stall : {0u, 40u}) {
    contest.stall_percent = stall;
    EXPECT_EQ(contest.differences({Interp, Model, Rtl}, packets_of({.count = 500}, stall)), "")
        << stall << " % stalls";
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, TablesInHardware,
                         testing::Values("flow", "both_ways", "bridge", "peek", "connection",
                                         "learner"),
                         [](const auto& info) { return std::string(info.param); });

// What a packet asks of the program `brim`.
enum Operation : std::uint8_t { Any, NoExist, Exist, Delete, Lookup, Operations };

struct Order {
  std::uint8_t operation;
  std::uint32_t key, value;
};

Packet packet_of(const Order& order) {
  Packet p;
  p.bytes.resize(60);
  p.bytes[14] = order.operation;
  for (unsigned i = 0; i < 4; ++i) {
    p.bytes[18 + i] = std::uint8_t(order.key >> 8 * i);
    p.bytes[22 + i] = std::uint8_t(order.value >> 8 * i);
  }
  return p;
}

// What Linux returns, and the value where one is found.
std::int64_t obey(const Order& o, std::map<std::uint32_t, std::uint32_t>& table, unsigned room) {
  const bool there = table.count(o.key) > 0;
  if (o.operation == Lookup)
    return there ? std::int64_t{table[o.key]} : -1;
  if (o.operation == Delete)
    return table.erase(o.key) > 0 ? 0 : -ENOENT;
  if (o.operation == NoExist && there)
    return -EEXIST;
  if (o.operation == Exist && !there)
    return -ENOENT;
  if (!there && table.size() == room)
    return -E2BIG;
  table[o.key] = o.value;
  return 0;
}

// Random keys until the table is full, and the first one too many; then anything with these keys
// and others; at the end every key is looked up.
std::vector<Order> orders(unsigned room, std::uint64_t seed) {
  Random random{seed << 32 | room << 8};
  std::vector<std::uint32_t> keys;
  for (unsigned i = 0; i < room + room / 2 + 2; ++i)
    keys.push_back(std::uint32_t(splitmix64(seed << 16 | i)));
  std::vector<Order> all;
  const auto value = [&] { return std::uint32_t(random.below(1u << 31)); };
  for (unsigned i = 0; i <= room; ++i)
    all.push_back({random.below(2) == 0 ? Any : NoExist, keys[i], value()});
  for (unsigned i = 0; i < 1000; ++i) // insertions twice as often: the table is full mostly
    all.push_back(
        {i % 2 == 0 ? std::uint8_t(random.below(2)) : std::uint8_t(random.below(Operations)),
         keys[random.below(keys.size())], value()});
  for (std::uint32_t key : keys)
    all.push_back({Lookup, key, 0});
  return all;
}

std::uint64_t little_endian(const Bytes& bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    word = word << 8 | bytes[i];
  return word;
}

constexpr std::size_t results_room = 8192;

std::vector<std::int64_t> log_of(const MapState& maps, std::size_t lines) {
  std::vector<std::int64_t> log(lines);
  for (const auto& [key, value] : maps.at("results"))
    if (little_endian(key) < lines)
      log[little_endian(key)] = std::int64_t(little_endian(value));
  return log;
}

struct Brim {
  const char* name;
  const char* type;
  unsigned room;
  bool no_prealloc = false, rtl = false;
};

void PrintTo(const Brim& b, std::ostream* out) { *out << b.name; }

Contest contest_of(const Brim& b) {
  return contest_of("brim", std::string("#define TYPE ") + b.type + "\n#define ENTRIES " +
                                std::to_string(b.room) + "\n#define FLAGS " +
                                (b.no_prealloc ? "BPF_F_NO_PREALLOC\n" : "0\n"));
}

MapState maps_after(EngineKind kind, const Contest& contest, std::span<const Packet> packets) {
  EngineInput input;
  input.object = &contest.object();
  input.program = &contest.program();
  input.pipeline = &contest.pipeline();
  const auto engine = make_engine(kind, input);
  engine->run(packets);
  return engine->maps();
}

class ToTheBrim : public testing::TestWithParam<Brim> {};

TEST_P(ToTheBrim, EveryHelperReturnsWhatLinuxDoes) {
  const Brim& b = GetParam();
  const Contest contest = contest_of(b);
  ASSERT_EQ(contest.refusal(), "");
  EXPECT_EQ(accesses(contest.pipeline()), std::vector<unsigned>{1});
  auto engines = engines_for(contest);
  if (b.rtl && contest.has_engine(Rtl))
    engines.push_back(Rtl);
  for (std::uint64_t seed = 1; seed <= (b.rtl ? 1 : 3); ++seed) {
    std::vector<Packet> packets;
    std::vector<std::int64_t> expected;
    std::map<std::uint32_t, std::uint32_t> table;
    for (const Order& order : orders(b.room, seed)) {
      packets.push_back(packet_of(order));
      expected.push_back(obey(order, table, b.room));
    }
    ASSERT_LE(packets.size(), results_room);
    ASSERT_EQ(expected[b.room - 1], 0) << "full";
    ASSERT_EQ(expected[b.room], -E2BIG);
    for (EngineKind kind : engines) {
      const MapState after = maps_after(kind, contest, packets);
      EXPECT_EQ(log_of(after, expected.size()), expected) << engine_name(kind) << ", keys " << seed;
      EXPECT_EQ(after.at("table").size(), table.size()) << engine_name(kind);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, ToTheBrim,
                         testing::Values(Brim{"hash", "BPF_MAP_TYPE_HASH", 64, false, true},
                                         Brim{"not_allocated", "BPF_MAP_TYPE_HASH", 64, true},
                                         Brim{"per_cpu", "BPF_MAP_TYPE_PERCPU_HASH", 64},
                                         Brim{"one_entry", "BPF_MAP_TYPE_HASH", 1},
                                         Brim{"odd", "BPF_MAP_TYPE_HASH", 61},
                                         Brim{"large", "BPF_MAP_TYPE_HASH", 1500}),
                         [](const auto& info) { return std::string(info.param.name); });

class Evicting : public testing::TestWithParam<unsigned> {};

// By one rule in all engines but the kernel: many sources for few entries.
TEST_P(Evicting, IsTheSameByRule) {
  const Contest contest =
      contest_of("bucket", "#define ENTRIES " + std::to_string(GetParam()) + "\n");
  ASSERT_EQ(contest.refusal(), "");
  for (unsigned sources : {GetParam() + 1, 2 * GetParam() + 3, 20 * GetParam()})
    EXPECT_EQ(contest.differences({Interp, Model}, packets_of({3000, sources}, sources)), "")
        << sources << " sources";
  const MapState after = maps_after(Model, contest, packets_of({3000, 20 * GetParam()}, 1));
  EXPECT_EQ(after.at("buckets").size(), GetParam()) << "it stays full";
}

// A look-up behind an insertion under another key stamps its entry before the next packet's victim
// is chosen, and no packet waits for that.
TEST_P(Evicting, SeesBothEntriesThatAPacketUsed) {
  Contest contest = contest_of("learner", "#define ENTRIES " + std::to_string(GetParam()) + "\n");
  ASSERT_EQ(contest.refusal(), "");
  EXPECT_EQ(accesses(contest.pipeline()), std::vector<unsigned>{2});
  EXPECT_FALSE(has_interlock(contest.pipeline(), false) || has_interlock(contest.pipeline(), true));
  for (std::uint64_t seed = 0; seed <= 2; ++seed) {
    for (unsigned sources : {GetParam() + 1, 2 * GetParam() + 3, 20 * GetParam()})
      EXPECT_EQ(contest.differences({Interp, Model}, packets_of({2000, sources}, sources)), "")
          << sources << " sources, schedule " << seed;
    contest.reschedule(seed + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, Evicting, testing::Values(1, 2, 5, 16, 64),
                         testing::PrintToStringParamName());

// With the kernel until it may have evicted something: not where all have room, somewhen where not.
TEST(EvictingOf, TheKernelIsComparedUntilThen) {
  const Contest contest = contest_of("bucket");
  ASSERT_EQ(contest.refusal(), "");
  if (!contest.has_engine(Kernel))
    GTEST_SKIP() << "the kernel can't run this here";
  for (unsigned sources : {100u, 4000u}) {
    const auto packets = packets_of({5000, sources}, sources);
    EngineInput input;
    input.object = &contest.object();
    input.program = &contest.program();
    const auto kernel = make_engine(Kernel, input);
    kernel->run(packets);
    EXPECT_EQ(kernel->first_eviction().has_value(), sources > 1024) << sources;
    EXPECT_GT(kernel->first_eviction().value_or(5000), 500u) << sources;
    EXPECT_EQ(contest.differences({Kernel, Interp, Model}, packets), "") << sources;
  }
}

// Behind its first eviction the kernel is compared with what its own entries lead to.
TEST(EvictingOf, TheKernelIsFollowedFromThenOn) {
  const Contest contest = contest_of("bucket", "#define ENTRIES 300\n");
  ASSERT_EQ(contest.refusal(), "");
  if (!contest.has_engine(Kernel))
    GTEST_SKIP() << "the kernel can't run this here";
  Object roomy = contest.object();
  Guide guide;
  for (MapDefinition& map : roomy.maps)
    if (map.type == BPF_MAP_TYPE_LRU_HASH) {
      guide.lru[map.name] = map.max_entries;
      map.max_entries += 256;
    }
  ASSERT_EQ(guide.lru.size(), 1u);
  const auto maker = [&](EngineKind kind, const Object& object) {
    return [&object, &contest, kind] {
      EngineInput input;
      input.object = &object;
      input.program = &contest.program();
      return make_engine(kind, input);
    };
  };
  guide.make = maker(Interp, roomy);
  DiffOptions options;
  options.minimise = false;
  options.guide = guide;
  const std::vector<DiffEngine> engines = {{"kernel", maker(Kernel, contest.object())},
                                           {"interp", maker(Interp, contest.object())}};
  const DiffResult result = diff_engines(engines, packets_of({3000, 2000}, 7), {}, options);
  EXPECT_FALSE(result.difference) << result.difference->field << " " << result.difference->detail;
  ASSERT_TRUE(result.evicted);
  EXPECT_GT(result.followed, 2000u);
}

} // namespace
} // namespace pw::nway
