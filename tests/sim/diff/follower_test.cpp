// An engine that evicts by a rule of its own, compared by what its own entries lead to.
#include "sim/diff/diff.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

enum class Fault { None, WrongCount, LosesNewEntry, TooManyEntries, OtherMap, WrongVerdict };

// Counts packets by their first byte in the LRU map "seen" and all of them in "total"; drops what
// it has seen before. Where the map is full it evicts the key that is next behind the packet's.
// `behind`: packets from which on it is wrong.
class Counter : public Engine {
public:
  Counter(std::size_t room, Fault fault, std::size_t behind)
      : room_(room), fault_(fault), behind_(behind) {}

  void set_maps(const MapState& state) override {
    for (const auto& [name, contents] : state)
      maps_[name] = contents;
  }
  MapState maps() override { return maps_; }
  std::optional<std::uint32_t> first_eviction() const override { return evicted_; }

  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    for (const Packet& packet : packets)
      results.push_back(run(packet));
    return results;
  }

private:
  bool wrong(Fault fault) const { return fault_ == fault && index_ >= behind_; }

  PacketResult run(const Packet& packet) {
    const std::vector<std::uint8_t> key = {packet.bytes[0]};
    MapContents& seen = maps_["seen"];
    PacketResult result;
    result.retval = seen.contains(key) != wrong(Fault::WrongVerdict) ? 1 : 2;
    if (!seen.contains(key) && seen.size() >= room_ && !wrong(Fault::TooManyEntries))
      evict(key);
    if (seen.contains(key) || !wrong(Fault::LosesNewEntry)) {
      auto& count = seen.try_emplace(key, std::vector<std::uint8_t>{0}).first->second;
      count[0] = static_cast<std::uint8_t>(count[0] + (wrong(Fault::WrongCount) ? 2 : 1));
    }
    auto& total = maps_["total"][{0}];
    total = {static_cast<std::uint8_t>((total.empty() ? 0 : total[0]) + 1)};
    if (wrong(Fault::OtherMap))
      total[0] = 0xff;
    ++index_;
    return result;
  }

  void evict(const std::vector<std::uint8_t>& key) {
    MapContents& seen = maps_["seen"];
    auto victim = seen.upper_bound(key);
    seen.erase(victim == seen.end() ? seen.begin() : victim);
    if (!evicted_)
      evicted_ = index_;
  }

  std::size_t room_;
  Fault fault_;
  std::size_t behind_;
  MapState maps_ = {{"seen", {}}, {"total", {}}};
  std::optional<std::uint32_t> evicted_;
  std::uint32_t index_ = 0;
};

constexpr std::size_t room = 8;

DiffEngine engine(const std::string& name, std::size_t entries, Fault fault = Fault::None,
                  std::size_t behind = 0) {
  return {name, [=] { return std::make_unique<Counter>(entries, fault, behind); }};
}

DiffResult compare(Fault fault, std::size_t behind = 500) {
  std::vector<Packet> packets(1000);
  for (std::size_t i = 0; i < packets.size(); ++i)
    packets[i].bytes = {static_cast<std::uint8_t>(i * i % 23), 0, 0, 0};
  DiffOptions options;
  options.minimise = false;
  options.chunk = 16;
  options.guide = Guide{engine("guide", 1000).make, {{"seen", room}}};
  return diff_engines(
      std::vector{engine("own rule", room, fault, behind), engine("no limit", 1000)}, packets, {},
      options);
}

TEST(Follower, AcceptsAnyVictim) {
  const DiffResult result = compare(Fault::None);
  EXPECT_FALSE(result.difference);
  ASSERT_TRUE(result.evicted);
  EXPECT_GE(result.followed + *result.evicted + 16, 1000u);
  EXPECT_EQ(result.compared, 1000u);
}

struct Expected {
  Fault fault;
  std::string field;
};

class FollowerOf : public testing::TestWithParam<Expected> {};

TEST_P(FollowerOf, FindsWhatIsWrongBehindEvictions) {
  const DiffResult result = compare(GetParam().fault);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->field, GetParam().field);
  EXPECT_GE(result.difference->packet.value_or(0), 500u);
  EXPECT_LT(result.difference->packet.value_or(999), 540u);
  EXPECT_EQ(result.difference->values.front().engine, "own rule");
}

INSTANTIATE_TEST_SUITE_P(Diff, FollowerOf,
                         testing::Values(Expected{Fault::WrongCount, "map seen"},
                                         Expected{Fault::LosesNewEntry, "map seen"},
                                         Expected{Fault::TooManyEntries, "map seen"},
                                         Expected{Fault::OtherMap, "map total"},
                                         Expected{Fault::WrongVerdict, "verdict"}),
                         [](const auto& info) { return "Fault" + std::to_string(info.index); });

// All in one chunk: what two other engines differ in comes first.
TEST(Follower, LeavesEarlierDifferencesToTheOthers) {
  std::vector<Packet> packets(400, Packet{.bytes = {0, 0, 0, 0}});
  for (std::size_t i = 0; i < packets.size(); ++i)
    packets[i].bytes[0] = static_cast<std::uint8_t>(i);
  DiffOptions options;
  options.minimise = false;
  options.chunk = 200;
  options.guide = Guide{engine("guide", 1000).make, {{"seen", room}}};
  const DiffResult result = diff_engines(
      std::vector{engine("own rule", room, Fault::WrongVerdict, 260), engine("no limit", 1000),
                  engine("wrong", 1000, Fault::WrongVerdict, 230)},
      packets, {}, options);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->packet, 230u);
  EXPECT_EQ(result.difference->values.front().engine, "no limit");
}

TEST(Follower, StopsWhenItHasLookedAtEnough) {
  std::vector<Packet> packets(400, Packet{.bytes = {0, 0, 0, 0}});
  for (std::size_t i = 0; i < packets.size(); ++i)
    packets[i].bytes[0] = static_cast<std::uint8_t>(i);
  DiffOptions options;
  options.chunk = 16;
  options.followed_entries = 100;
  options.guide = Guide{engine("guide", 1000).make, {{"seen", room}}};
  const DiffResult result = diff_engines(
      std::vector{engine("own rule", room), engine("no limit", 1000)}, packets, {}, options);
  EXPECT_FALSE(result.difference);
  EXPECT_GT(result.followed, 5u);
  EXPECT_LT(result.followed, 20u);
}

} // namespace
} // namespace pw
