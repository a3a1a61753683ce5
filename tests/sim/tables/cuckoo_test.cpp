#include "sim/tables/cuckoo.h"

#include "support/hash.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace pw {

namespace {

using Key = std::vector<std::uint8_t>;

Key key_of(std::uint64_t x, unsigned bytes) {
  Key key(bytes);
  for (unsigned i = 0; i < bytes && i < 8; ++i)
    key[i] = std::uint8_t(x >> (8 * i));
  return key;
}

// Fills a table to 80 % and looks everything up again; values follow their keys.
void fill(unsigned row_bits, unsigned key_bytes, const std::function<Key(unsigned)>& make_key) {
  CuckooTable table(4, row_bits, key_bytes);
  std::map<std::uint32_t, unsigned> value_at; // slot -> number of the key
  const unsigned entries = (4u << row_bits) * 8 / 10;
  for (unsigned i = 0; i < entries; ++i) {
    const auto slot = table.insert(make_key(i), [&](std::uint32_t from, std::uint32_t to) {
      value_at[to] = value_at.at(from);
      value_at.erase(from);
    });
    ASSERT_TRUE(slot) << "entry " << i << " of " << entries;
    ASSERT_FALSE(value_at.contains(*slot));
    value_at[*slot] = i;
  }
  for (unsigned i = 0; i < entries; ++i) {
    const Key key = make_key(i);
    const auto slot = table.find(key.data());
    ASSERT_TRUE(slot);
    EXPECT_EQ(value_at.at(*slot), i);
    const unsigned way = *slot >> row_bits;
    EXPECT_EQ(*slot & ((1u << row_bits) - 1), h3_row(way, row_bits, key));
  }
  EXPECT_FALSE(table.find(make_key(entries).data()));
}

} // namespace

TEST(RowHash, IsH3) {
  std::mt19937 random(1);
  for (const unsigned bytes : {1u, 4u, 13u, 40u}) {
    const RowHash hash(4, 11, bytes);
    for (int i = 0; i < 100; ++i) {
      Key key(bytes);
      for (auto& byte : key)
        byte = std::uint8_t(random());
      std::uint32_t rows[4];
      hash.rows(key.data(), rows);
      for (unsigned way = 0; way < 4; ++way)
        EXPECT_EQ(rows[way], h3_row(way, 11, key));
    }
  }
}

TEST(Cuckoo, HoldsEightyPercentOfCountingKeys) {
  for (const unsigned row_bits : {4u, 6u, 10u, 14u})
    fill(row_bits, 4, [](unsigned i) { return key_of(i, 4); });
}

TEST(Cuckoo, HoldsEightyPercentOfAddresses) {
  for (const unsigned row_bits : {4u, 8u, 12u})
    fill(row_bits, 13, [](unsigned i) {
      Key key = key_of(0x0100000aull + (std::uint64_t(i) << 24), 13);
      key[12] = i & 1 ? 6 : 17;
      key[9] = std::uint8_t(i >> 8);
      return key;
    });
}

TEST(Cuckoo, HoldsEightyPercentOfRandomKeys) {
  for (const std::uint64_t seed : {1, 2, 3})
    fill(10, 8, [seed](unsigned i) { return key_of(splitmix64(seed << 32 | i), 8); });
}

// All rows of equal keys are the same, so the table can't hold more of them than ways: it must say
// so, not search on.
TEST(Cuckoo, SaysWhenThereIsNoPlacement) {
  CuckooTable table(2, 0, 4);
  auto nothing = [](std::uint32_t, std::uint32_t) {};
  EXPECT_TRUE(table.insert(key_of(1, 4), nothing));
  EXPECT_TRUE(table.insert(key_of(2, 4), nothing));
  EXPECT_FALSE(table.insert(key_of(3, 4), nothing));
  table.clear();
  EXPECT_FALSE(table.find(key_of(1, 4).data()));
  EXPECT_TRUE(table.insert(key_of(3, 4), nothing));
}

} // namespace pw
