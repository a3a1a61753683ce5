#include "sim/tables/dynamic_table.h"

#include "support/hash.h"
#include "support/table_shape.h"
#include "tests/sim/tables/table_oracle.h"
#include "tests/sim/tables/table_traffic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace pw::test {
namespace {

using Key = std::vector<std::uint8_t>;
using Shape = DynamicTable::Shape;

Shape shape(unsigned key_bytes, std::uint32_t entries, unsigned reserve = 4, bool lru = false) {
  const TableShape t = table_shape(entries, reserve);
  return {.key_bytes = key_bytes,
          .max_entries = entries,
          .ways = t.ways,
          .places = t.places,
          .row_bits = t.row_bits,
          .stash = t.stash,
          .reserve = reserve,
          .lru = lru};
}

// A table under traffic, and what it has to answer.
class Checked {
public:
  explicit Checked(const Shape& s) : table(s), oracle(s), crowded_(s.margin >= s.max_entries) {}

  void clock(const TableTraffic::Packet& p) {
    EXPECT_EQ(crowded_, table.crowded()) << clocks;
    crowded_ = counts_[3] + table.shape().margin >= table.shape().max_entries;
    std::vector<DynamicTable::Result> looked; // before the access
    for (const auto& look : p.looks)
      looked.push_back(look.enable ? oracle.find(look.key) : DynamicTable::Result{});
    DynamicTable::Result expected;
    if (p.enable) {
      expected = oracle.access(p.key, p.insert, p.remove, p.stamp);
      refused += p.insert && !expected.hit;
      ++accesses;
    }
    for (const auto& look : p.looks)
      if (look.enable && look.remove)
        oracle.access(look.key, false, true, 0);
    waiting_.push_back(expected);
    looked.resize(table.shape().finds);
    looks_.push_back(looked);
    ++clocks;
    if (waiting_.size() > 4) {
      for (unsigned port = 0; port < looks_.front().size(); ++port)
        wrong_ += table.next_find(port).bits(30) != looks_.front()[port].bits(30);
      looks_.pop_front();
    }
    const DynamicTable::Result r = table.clock(p.access(), p.finds());
    for (unsigned i = 3; i > 0; --i) // what is decided counts four clocks later
      counts_[i] = counts_[i - 1];
    counts_[0] = oracle.slots().size();
    if (waiting_.size() <= 4)
      return;
    wrong_ += r.bits(30) != waiting_.front().bits(30);
    waiting_.pop_front();
  }
  void run(TableTraffic& traffic, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      clock(traffic.next(table.hold()));
  }
  // Until nothing is on the way; then every key must be where it belongs.
  void finish(TableTraffic& traffic, TrafficMix mix) {
    mix.idle_percent = 100;
    traffic.set_mix(mix);
    run(traffic, table.shape().reserve + 5);
    while (!table.settled())
      clock({});
    EXPECT_EQ(0u, wrong_);
    EXPECT_EQ(oracle.slots().size(), table.size());
    std::map<Key, std::uint32_t> seen;
    table.for_each([&](const std::uint8_t* key, std::uint32_t slot) {
      EXPECT_TRUE(seen.emplace(Key(key, key + table.shape().key_bytes), slot).second);
      EXPECT_EQ(slot, table.find(key).slot);
      EXPECT_TRUE(table.find(key).found);
    });
    EXPECT_EQ(oracle.slots(), seen);
  }

  DynamicTable table;
  TableOracle oracle;
  std::uint64_t refused = 0, accesses = 0, clocks = 0;

private:
  std::deque<DynamicTable::Result> waiting_;
  std::deque<std::vector<DynamicTable::Result>> looks_;
  std::array<std::size_t, 4> counts_{}; // keys, by the clocks since they were accessed
  bool crowded_ = false;
  unsigned wrong_ = 0;
};

// One access a clock, in the order of the list.
void insert_all(Checked& c, const std::vector<Key>& keys) {
  std::deque<TableTraffic::Packet> way(c.table.shape().reserve);
  for (std::size_t i = 0; i < keys.size();) {
    TableTraffic::Packet p;
    if (!c.table.hold()) {
      p = {.enable = true, .insert = true, .stamp = std::uint32_t(i), .key = keys[i]};
      ++i;
    }
    way.push_back(p);
    c.clock(way.front());
    way.pop_front();
  }
  for (; !way.empty(); way.pop_front())
    c.clock(way.front());
}

std::vector<Key> random_keys(unsigned bytes, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Key> keys(count, Key(bytes));
  for (Key& k : keys)
    for (auto& b : k)
      b = std::uint8_t(random());
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::ranges::shuffle(keys, random);
  return keys;
}

std::vector<Key> sequential_keys(unsigned bytes, std::size_t count) {
  std::vector<Key> keys(count, Key(bytes));
  for (std::size_t i = 0; i < count; ++i)
    for (unsigned b = 0; b < bytes && b < 4; ++b)
      keys[i][b] = std::uint8_t(i >> (8 * b));
  return keys;
}

// All of max_entries, then refusals; all out and in again; churn while it is full.
void fill_and_churn(const Shape& s, std::vector<Key> keys) {
  ASSERT_GT(keys.size(), s.max_entries);
  Checked c(s);
  insert_all(c, keys);
  EXPECT_EQ(s.max_entries, c.oracle.slots().size());
  EXPECT_EQ(keys.size() - s.max_entries, c.refused);
  const TrafficMix churn{.same_percent = 20, .insert_percent = 90, .remove_percent = 20};
  const TrafficMix drain{.same_percent = 0, .insert_percent = 0, .remove_percent = 100};
  TableTraffic traffic(s, churn, 5);
  traffic.use_keys(keys);
  c.finish(traffic, churn);
  traffic.set_mix(churn);
  c.run(traffic, 20000);
  traffic.set_mix(drain);
  c.run(traffic, 5000);
  insert_all(c, keys);
  EXPECT_EQ(s.max_entries, c.oracle.slots().size());
  c.finish(traffic, churn);
}

TEST(DynamicTable, TakesAllOfMaxEntriesRandomKeys) {
  for (std::uint32_t entries : {1u, 2u, 3u, 13u, 50u, 200u, 1000u, 4096u, 13107u})
    fill_and_churn(shape(13, entries), random_keys(13, entries + 50, entries));
}

TEST(DynamicTable, TakesAllOfMaxEntriesSequentialKeys) {
  for (std::uint32_t entries : {3u, 50u, 1000u, 4096u, 52428u})
    fill_and_churn(shape(4, entries), sequential_keys(4, entries + 50));
}

TEST(DynamicTable, TakesShortKeys) {
  for (std::uint32_t entries : {10u, 100u, 200u, 255u})
    fill_and_churn(shape(1, entries), sequential_keys(1, 256));
}

TEST(DynamicTable, TakesKeysMadeToCollide) {
  for (std::uint32_t entries : {50u, 1000u, 4096u})
    fill_and_churn(shape(13, entries), colliding_keys(shape(13, entries), entries + 50));
}

TEST(DynamicTable, ChangesHashFunctionsForCollidingKeysOnly) {
  Checked collides(shape(13, 4096)), random(shape(13, 4096));
  insert_all(collides, colliding_keys(shape(13, 4096), 4096));
  insert_all(random, random_keys(13, 4096, 1));
  EXPECT_GT(collides.table.counters().rehashes, 0u);
  EXPECT_EQ(0u, random.table.counters().rehashes);
}

TEST(DynamicTable, RandomKeysTakeAClockEach) {
  Checked c(shape(13, 4096));
  insert_all(c, random_keys(13, 4096, 7));
  EXPECT_EQ(0u, c.table.counters().held);
}

TEST(DynamicTable, SequentialKeysTakeAClockEach) {
  for (std::uint32_t entries : {800u, 4096u, 13107u, 52428u}) {
    Checked c(shape(4, entries));
    insert_all(c, sequential_keys(4, entries));
    EXPECT_EQ(0u, c.table.counters().held) << entries;
  }
}

TEST(DynamicTable, EvictsByTheRule) {
  for (std::uint32_t entries : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 50u, 1000u}) {
    const Shape s = shape(6, entries, 3, true);
    Checked c(s);
    TrafficMix mix{.same_percent = 30, .remove_percent = 2, .keys = entries * 2 + 3};
    TableTraffic traffic(s, mix, entries);
    for (bool stamps : {false, true}) {
      mix.random_stamps = stamps;
      traffic.set_mix(mix);
      c.run(traffic, 20000);
    }
    EXPECT_GT(c.oracle.evictions(), 1000u);
    c.finish(traffic, mix);
  }
}

TEST(DynamicTable, ManyKindsOfTraffic) {
  std::mt19937 random(3);
  for (unsigned n = 0; n < 60; ++n) {
    Shape s = shape(1 + random() % 20, 1 + random() % 100, 1 + random() % 8, random() % 2);
    // Fuller than the compiler makes them, up to 90 %.
    if (s.row_bits > 1 && 10 * s.max_entries < 9 * (8u << (s.row_bits - 1)))
      --s.row_bits;
    Checked c(s);
    TrafficMix mix;
    mix.keys = s.max_entries / 2 + random() % 100;
    TableTraffic traffic(s, mix, n);
    for (unsigned part = 0; part < 4; ++part) {
      mix.idle_percent = random() % 3 == 0 ? random() % 100 : 0;
      mix.same_percent = random() % 100;
      mix.insert_percent = 50 + random() % 51;
      mix.remove_percent = random() % 50;
      traffic.set_mix(mix);
      c.run(traffic, 2000);
    }
    c.finish(traffic, mix);
  }
}

// Look-ups besides, at one to three ports; the first of them may remove.
TEST(DynamicTable, FindsAndRemovesAtOtherPorts) {
  std::mt19937 random(5);
  for (unsigned n = 0; n < 60; ++n) {
    Shape s = shape(1 + random() % 20, 1 + random() % 100, 1 + random() % 8);
    if (s.row_bits > 1 && 10 * s.max_entries < 9 * (8u << (s.row_bits - 1)))
      --s.row_bits;
    s.finds = 1 + n % 3;
    s.margin = random() % 20;
    Checked c(s);
    TrafficMix mix;
    mix.removing = n % 2;
    mix.keys = s.max_entries / 2 + random() % 100;
    TableTraffic traffic(s, mix, n);
    for (unsigned part = 0; part < 4; ++part) {
      mix.idle_percent = random() % 3 == 0 ? random() % 100 : 0;
      mix.same_percent = random() % 100;
      mix.insert_percent = 50 + random() % 51;
      mix.remove_percent = random() % 50;
      mix.find_percent = random() % 101;
      mix.find_remove_percent = random() % 101;
      traffic.set_mix(mix);
      c.run(traffic, 2000);
    }
    c.finish(traffic, mix);
  }
}

TEST(DynamicTable, HostOperations) {
  const Shape s = shape(4, 60, 3);
  DynamicTable table(s);
  TableOracle oracle(s);
  std::mt19937 random(1);
  const auto keys = random_keys(4, 90, 1);
  for (unsigned n = 0; n < 5000; ++n) {
    const Key& key = keys[random() % keys.size()];
    const bool insert = random() % 3 != 0;
    const auto expected = oracle.access(key, insert, !insert, 0);
    const auto r = insert ? table.insert(key.data()) : table.remove(key.data());
    ASSERT_EQ(expected.bits(30), r.bits(30));
    ASSERT_TRUE(table.settled());
  }
  EXPECT_EQ(oracle.slots().size(), table.size());
  table.clear();
  EXPECT_EQ(0u, table.size());
  EXPECT_FALSE(table.find(keys[0].data()).found);
  EXPECT_EQ(0u, table.insert(keys[0].data()).slot);
}

TEST(TableShape, HasRoomForMaxEntries) {
  for (std::uint32_t entries : {1u, 12u, 13u, 4096u, 1000000u, 1u << 20}) {
    const TableShape t = table_shape(entries, 3);
    EXPECT_GE((std::uint64_t(t.ways * t.places) << t.row_bits) * 4, std::uint64_t(entries) * 5);
    EXPECT_GE(t.stash, 3 + table_pipeline_accesses);
    EXPECT_GE(1ull << table_slot_bits(entries), entries);
  }
  EXPECT_EQ(10u, table_shape(4096, 3).row_bits);
  EXPECT_EQ(1u, table_slot_bits(1));
  EXPECT_EQ(12u, table_slot_bits(4096));
}

} // namespace
} // namespace pw::test
