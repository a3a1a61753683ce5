// Longest-prefix tables that packets change, and look-ups by parts of keys, on every engine: random
// look-ups, updates and deletions with every flag and lengths that are too large, up to a full
// table; results, values and what is left must be the kernel's.
#include "ir/prefixes.h"
#include "support/hash.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::nway {
namespace {

using enum EngineKind;
using Bytes = std::vector<std::uint8_t>;

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

struct Shape {
  unsigned data_bytes = 4, entries = 8;
  bool both = false; // look-up and update in one packet
  bool rtl = false;
};

// A program of the folder, with these definitions in front of it.
Contest contest_of(const std::string& name, const std::string& definitions = "") {
  return Contest({name,
                  test::compile_c(definitions + "#include \"" + test::source_dir() +
                                  "/tests/nway/prefixes/" + name + ".bpf.c\"\n"),
                  "", ""});
}

std::vector<EngineKind> engines_for(const Contest& contest, bool rtl) {
  std::vector<EngineKind> engines = {Interp, Model};
  if (contest.has_engine(Kernel))
    engines.insert(engines.begin(), Kernel);
  else
    std::cout << "the kernel is left out: it can't run this here\n";
  if (rtl && contest.has_engine(Rtl))
    engines.push_back(Rtl);
  return engines;
}

// Few different ones, which often begin alike.
Bytes random_data(unsigned bytes, Random& random) {
  Bytes data(bytes);
  for (std::uint8_t& b : data)
    b = random.below(3) == 0 ? std::uint8_t(0x80 >> random.below(8)) : 0;
  return data;
}

void put(Bytes& bytes, std::size_t at, std::uint64_t value, unsigned size) { // little-endian
  for (unsigned i = 0; i < size; ++i)
    bytes.at(at + i) = std::uint8_t(value >> 8 * i);
}

// struct request of churn.bpf.c
std::vector<Packet> requests(const Shape& shape, unsigned count, Random& random) {
  std::vector<Packet> packets(count);
  const unsigned bits = 8 * shape.data_bytes;
  std::uint64_t number = 0;
  for (Packet& p : packets) {
    p.bytes.resize(std::max<std::size_t>(60, 14 + 24 + shape.data_bytes));
    const std::uint64_t what = random.below(shape.both ? 6 : 3);
    const std::uint64_t flags = random.below(20) == 0  ? random.below(256)
                                : random.below(2) == 0 ? 0
                                                       : random.below(3);
    const std::uint64_t length = random.below(30) == 0  ? bits + 1 + random.below(300)
                                 : random.below(3) == 0 ? random.below(bits + 1)
                                                        : bits - random.below(2);
    put(p.bytes, 14, what, 1);
    put(p.bytes, 15, flags, 1);
    put(p.bytes, 16, length, 2);
    put(p.bytes, 18, ++number, 4);
    std::ranges::copy(random_data(shape.data_bytes, random), p.bytes.begin() + 38);
  }
  return packets;
}

MapContents some_prefixes(unsigned data_bytes, unsigned value_bytes, unsigned count,
                          Random& random) {
  MapContents contents;
  for (unsigned i = 0; i < count; ++i) {
    Bytes key(4), data = random_data(data_bytes, random), value(value_bytes);
    put(key, 0, random.below(8 * data_bytes + 1), 4);
    key.insert(key.end(), data.begin(), data.end());
    value[0] = std::uint8_t(i + 100);
    contents[key] = value;
  }
  return contents;
}

class Prefixes : public testing::TestWithParam<Shape> {};

TEST_P(Prefixes, ChangeAsInLinux) {
  const Shape& shape = GetParam();
  const Contest contest = contest_of(
      "churn", "#define DATA " + std::to_string(shape.data_bytes) + "\n#define ENTRIES " +
                   std::to_string(shape.entries) + (shape.both ? "\n#define BOTH\n" : "\n"));
  ASSERT_EQ(contest.refusal(), "");
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Random random{seed << 32 | shape.data_bytes << 16 | shape.entries};
    const auto packets = requests(shape, shape.rtl ? 600 : 3000, random);
    const MapContents contents =
        some_prefixes(shape.data_bytes, 16, seed == 1 ? 0 : shape.entries / 2, random);
    EXPECT_EQ(contest.differences(engines_for(contest, shape.rtl), packets, {{"table", contents}}),
              "")
        << "seed " << seed;
  }
}

TEST_P(Prefixes, EveryScheduleGivesTheSame) {
  const Shape& shape = GetParam();
  Contest contest = contest_of("churn", "#define DATA " + std::to_string(shape.data_bytes) +
                                            "\n#define ENTRIES " + std::to_string(shape.entries) +
                                            (shape.both ? "\n#define BOTH\n" : "\n"));
  ASSERT_EQ(contest.refusal(), "");
  Random random{7};
  const auto packets = requests(shape, 500, random);
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    contest.reschedule(seed);
    EXPECT_EQ(contest.differences({Interp, Model}, packets), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, Prefixes,
                         testing::Values(Shape{4, 8, true, true}, Shape{4, 20, true},
                                         Shape{16, 30, true}, Shape{1, 3}, Shape{3, 1, true},
                                         Shape{4, 200}),
                         [](const auto& info) {
                           return std::to_string(info.param.data_bytes) + "Bytes" +
                                  std::to_string(info.param.entries) + "Entries" +
                                  (info.param.both ? "Both" : "");
                         });

bool any_interlock(const pipeline::Pipeline& p) {
  return std::ranges::any_of(p.regions, [](const auto& r) { return !r.interlocks.empty(); });
}

unsigned accesses(const pipeline::Pipeline& p, unsigned port) {
  return unsigned(std::ranges::count_if(p.operations, [&](const auto& op) {
    return op.kind == pipeline::OpKind::MapAccess && op.port == port;
  }));
}

// For learn.bpf.c
std::vector<Packet> changes_and_look_ups() {
  Random random{3};
  std::vector<Packet> packets(1500);
  for (Packet& p : packets) {
    p.bytes.resize(60);
    std::ranges::copy(random_data(4, random), p.bytes.begin() + 16);
    put(p.bytes, 20, random.below(4), 4);
    put(p.bytes, 24, random.below(3) == 0 ? random.below(32) : 30, 4);
    std::ranges::copy(random_data(4, random), p.bytes.begin() + 32);
  }
  return packets;
}

// A change and a look-up that have nothing to do with each other: two ports, and nobody waits.
TEST(PrefixPorts, LookUpsBesideAChangeNeedNoInterlock) {
  const Contest contest = contest_of("learn");
  ASSERT_EQ(contest.refusal(), "");
  EXPECT_EQ(accesses(contest.pipeline(), 0), 1u);
  EXPECT_EQ(accesses(contest.pipeline(), 1), 1u);
  EXPECT_FALSE(any_interlock(contest.pipeline()));
  EXPECT_EQ(contest.differences(engines_for(contest, true), changes_and_look_ups()), "");
}

// An update of what must be there neither inserts nor removes, but is no look-up of the longest
// prefix either.
TEST(PrefixPorts, ReplacingOnePrefixIsNoLookUp) {
  const Contest contest = contest_of("learn", "#define REPLACE\n");
  ASSERT_EQ(contest.refusal(), "");
  EXPECT_EQ(contest.differences(engines_for(contest, true), changes_and_look_ups()), "");
}

// Linux uses elements again only when nobody can hold them any more.
TEST(PrefixPorts, OldPointersKeepOldValues) {
  const Contest contest = contest_of("kept");
  ASSERT_EQ(contest.refusal(), "");
  EXPECT_EQ(contest.differences(engines_for(contest, false), changes_and_look_ups()), "");
}

TEST(PrefixPorts, PartsOfKeysAreLookedUpInWhatTheHostFills) {
  const Contest contest = contest_of("shorter");
  ASSERT_EQ(contest.refusal(), "");
  ASSERT_EQ(contest.pipeline().maps.size(), 1u);
  EXPECT_TRUE(holds_prefixes(contest.pipeline().maps[0]));
  Random random{4};
  const MapContents contents = some_prefixes(4, 8, 40, random);
  std::vector<Packet> packets(1500);
  for (Packet& p : packets) {
    p.bytes.resize(60);
    p.bytes[16] = std::uint8_t(random.below(256));
    std::ranges::copy(random_data(4, random), p.bytes.begin() + 34);
  }
  EXPECT_EQ(contest.differences(engines_for(contest, true), packets, {{"table", contents}}), "");
}

TEST(PrefixPorts, WhatDoesNotFitIsRefusedWithNumbers) {
  const Contest changed = contest_of("churn", "#define ENTRIES 100000\n");
  EXPECT_NE(changed.refusal().find("PW-MAP-008"), std::string::npos) << changed.refusal();
  EXPECT_NE(changed.refusal().find("LUTs"), std::string::npos) << changed.refusal();
}

} // namespace
} // namespace pw::nway
