// Differences between engines, with engines made for it.
#include "sim/diff/compare.h"
#include "sim/diff/diff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw {
namespace {

// Passes everything and counts in map "count"; what it does wrong is up to the test.
class Counter : public Engine {
public:
  using Wrong = std::function<void(const Packet&, std::uint64_t count, PacketResult&)>;
  explicit Counter(Wrong wrong) : wrong_(std::move(wrong)) {}

  void set_maps(const MapState& state) override { maps_ = state; }
  MapState maps() override {
    maps_["count"][{0}] = {static_cast<std::uint8_t>(count_)};
    return maps_;
  }
  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    for (const Packet& packet : packets) {
      PacketResult result;
      result.retval = 2;
      result.bytes = packet.bytes;
      result.length = static_cast<std::uint32_t>(packet.bytes.size());
      wrong_(packet, count_, result);
      count_ += result.unsupported ? 0 : 1;
      results.push_back(result);
    }
    return results;
  }

  std::optional<std::uint32_t> first_eviction() const override { return evicted; }
  std::optional<std::uint32_t> evicted;

private:
  Wrong wrong_;
  MapState maps_;
  std::uint64_t count_ = 0;
};

DiffEngine engine(const std::string& name, Counter::Wrong wrong) {
  return {name, [wrong] { return std::make_unique<Counter>(wrong); }};
}

void nothing(const Packet&, std::uint64_t, PacketResult&) {}

std::vector<Packet> packets(std::size_t count) {
  std::vector<Packet> all(count);
  for (std::size_t i = 0; i < count; ++i)
    all[i].bytes.assign(20 + i % 50, static_cast<std::uint8_t>(i));
  return all;
}

DiffResult compare(std::vector<DiffEngine> engines, const std::vector<Packet>& input,
                   DiffOptions options = {}) {
  return diff_engines(engines, input, {}, options);
}

// A micro-engine tells aborted packets as such, and queues as the card numbers them.
TEST(Compare, WhatACardCanTell) {
  PacketResult raw, card;
  raw.retval = 77;
  card.verdict_only = true;
  EXPECT_FALSE(compare_results(raw, card, {}));
  card.verdict_only = false;
  EXPECT_TRUE(compare_results(raw, card, {}));
  raw.retval = card.retval;
  raw.queue = 300;
  card.queue = 64;
  EXPECT_FALSE(compare_results(raw, card, {}));
  card.queue = 44;
  ASSERT_TRUE(compare_results(raw, card, {}));
  EXPECT_EQ(compare_results(raw, card, {})->field, "queue");
}

TEST(Diff, EqualEnginesDoNotDiffer) {
  const auto result =
      compare({engine("a", nothing), engine("b", nothing), engine("c", nothing)}, packets(100));
  EXPECT_FALSE(result.difference);
  EXPECT_EQ(result.compared, 100u);
}

// The second engine is wrong from packet 60 on and says that it evicts from packet `evicted` on.
DiffResult compare_with_evicting(std::optional<std::uint32_t> evicted) {
  const Counter::Wrong wrong = [](const Packet&, std::uint64_t count, PacketResult& r) {
    r.retval = count < 60 ? r.retval : 1;
  };
  const DiffEngine evicting = {"b", [=] {
                                 auto made = std::make_unique<Counter>(wrong);
                                 made->evicted = evicted;
                                 return made;
                               }};
  return compare({engine("a", nothing), evicting, engine("c", nothing)}, packets(100));
}

TEST(Diff, AnEngineThatEvictsByItsOwnRuleIsComparedUntilItDoes) {
  EXPECT_EQ(compare_with_evicting(std::nullopt).difference->packet, 60u);
  EXPECT_EQ(compare_with_evicting(61).difference->packet, 60u);
  const auto left_out = compare_with_evicting(60);
  EXPECT_FALSE(left_out.difference);
  EXPECT_EQ(left_out.evicted, 60u);
  EXPECT_EQ(left_out.compared, 100u);
}

TEST(Diff, EveryFieldIsLookedAt) {
  const std::pair<const char*, Counter::Wrong> cases[] = {
      {"verdict", [](auto&, auto, auto& r) { r.retval = 1; }},
      {"retval", [](auto&, auto, auto& r) { r.retval = r.bytes[0] == 5 ? 7 : r.retval; }},
      {"length", [](auto&, auto, auto& r) { ++r.length; }},
      {"bytes", [](auto&, auto, auto& r) { r.bytes.back() ^= 1; }},
      {"redirect", [](auto&, auto, auto& r) { r.redirect = Redirect{}; }},
      {"trace", [](auto&, auto, auto& r) { r.trace.push_back("x"); }}};
  for (const auto& [field, wrong] : cases) {
    const auto base = std::string(field) == "retval" ? Counter::Wrong([](auto&, auto, auto& r) {
      r.retval = r.bytes[0] == 5 ? 0 : r.retval;
    })
                                                     : Counter::Wrong(nothing);
    DiffOptions options;
    options.compare_trace = true;
    const auto result = compare({engine("a", base), engine("b", wrong)}, packets(20), options);
    ASSERT_TRUE(result.difference) << field;
    EXPECT_EQ(result.difference->field, field);
    EXPECT_EQ(result.difference->values.size(), 2u);
  }
}

TEST(Diff, CyclesAreComparedAmongTimedEnginesOnly) {
  const auto timed = [](std::uint64_t late) {
    return [late](auto&, auto count, auto& r) {
      r.cycle_in = count;
      r.cycle_out = count + 10 + (count == 7 ? late : 0);
    };
  };
  EXPECT_FALSE(
      compare({engine("k", nothing), engine("m", timed(0)), engine("r", timed(0))}, packets(20))
          .difference);
  const auto result =
      compare({engine("k", nothing), engine("m", timed(0)), engine("r", timed(1))}, packets(20));
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->field, "cycle_out");
  EXPECT_EQ(result.difference->packet, 7u);
  EXPECT_EQ(result.difference->values[0].engine, "m");
}

TEST(Diff, MapsAreComparedAtTheEnd) {
  const auto miscounts = [](const Packet& p, auto, auto& r) {
    r.unsupported = false;
    r.retval = p.bytes.empty() ? 0 : 2;
  };
  struct Forgets : Counter {
    Forgets() : Counter(nothing) {}
    MapState maps() override { return {{"count", {{{0}, {0}}}}}; }
  };
  const auto result = compare(
      {engine("a", miscounts), {"b", [] { return std::make_unique<Forgets>(); }}}, packets(40));
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->field, "map count");
  EXPECT_FALSE(result.difference->packet);
  EXPECT_EQ(result.difference->values[0].value, "28");
  EXPECT_EQ(result.packets.size(), 1u); // minimised
}

// The third packet that holds a 9 somewhere is wrong: three packets must remain, and short ones.
TEST(Diff, MinimisesPacketsThatDependOnEachOther) {
  struct Stateful : Counter {
    explicit Stateful(bool wrong) : Counter(nothing), wrong_(wrong) {}
    std::vector<PacketResult> run(std::span<const Packet> packets) override {
      auto results = Counter::run(packets);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        nines_ += std::ranges::count(packets[i].bytes, 9) > 0 ? 1 : 0;
        if (wrong_ && nines_ >= 3)
          results[i].retval = 1;
      }
      return results;
    }
    bool wrong_;
    int nines_ = 0;
  };
  std::vector<Packet> input = packets(9);
  for (int i = 0; i < 300; ++i)
    input.push_back(
        {std::vector<std::uint8_t>(64, static_cast<std::uint8_t>(i % 50 == 7 ? 9 : 1)), 0});
  const std::vector<DiffEngine> engines = {
      {"good", [] { return std::make_unique<Stateful>(false); }},
      {"bad", [] { return std::make_unique<Stateful>(true); }}};
  const auto result = diff_engines(engines, input, {{"m", {{{1}, {1}}}}}, {});
  ASSERT_TRUE(result.difference && result.minimised);
  EXPECT_EQ(result.difference->packet, 116u);
  EXPECT_EQ(result.packets.size(), 3u);
  for (const Packet& packet : result.packets)
    EXPECT_EQ(packet.bytes.size(), 1u);
  EXPECT_TRUE(result.maps.empty());
  EXPECT_EQ(result.minimised->packet, 2u);
}

TEST(Diff, PacketsThatAnEngineCantRunAreComparedAmongTheOthersOnly) {
  const auto short_ones = [](const Packet& p, auto, auto& r) {
    r.unsupported = p.bytes.size() < 25;
  };
  const auto input = packets(100); // of 20 to 69 bytes: ten are short
  const auto equal =
      compare({engine("k", short_ones), engine("a", nothing), engine("b", nothing)}, input);
  EXPECT_FALSE(equal.difference); // the counters agree, because no one sees them in the first pass
  EXPECT_EQ(equal.unsupported, (std::vector<std::size_t>{10, 0, 0}));
  EXPECT_EQ(equal.compared, 100u);
  const auto wrong_on_short = [](const Packet& p, auto, auto& r) {
    r.retval = p.bytes.size() == 22 ? 1 : 2;
  };
  const auto found =
      compare({engine("k", short_ones), engine("a", nothing), engine("b", wrong_on_short)}, input);
  ASSERT_TRUE(found.difference);
  EXPECT_EQ(found.difference->packet, 2u);
}

TEST(Diff, TheIndexIsThatOfTheWholeInput) {
  const auto short_ones = [](const Packet& p, auto, auto& r) {
    r.unsupported = p.bytes.size() < 25;
  };
  const auto wrong = [](const Packet& p, auto, auto& r) {
    r.retval = p.bytes.size() == 40 ? 1 : 2;
  };
  const auto found = compare({engine("k", short_ones), engine("a", wrong)}, packets(100));
  ASSERT_TRUE(found.difference);
  EXPECT_EQ(found.difference->packet, 20u);
}

TEST(Compare, TextsForPeople) {
  EXPECT_EQ(redirect_text(std::nullopt), "(none)");
  EXPECT_EQ(redirect_text(Redirect{}), "no target");
  EXPECT_EQ(redirect_text(Redirect{"ports", 3, std::nullopt, 8}), "map ports, key 3, flags 8");
  const std::vector<std::uint8_t> bytes = {0, 0xff};
  EXPECT_EQ(hex_text(bytes), "00 ff");
}

} // namespace
} // namespace pw
