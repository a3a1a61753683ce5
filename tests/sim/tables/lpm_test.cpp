#include "sim/tables/lpm.h"

#include "support/hash.h"
#include "support/lpm.h"

#include <gtest/gtest.h>

#include <map>

namespace pw {

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

Bytes prefix(std::uint32_t length, Bytes data) {
  Bytes key = {std::uint8_t(length), std::uint8_t(length >> 8), 0, 0};
  key.insert(key.end(), data.begin(), data.end());
  return key;
}

bool matches(const Bytes& key, const Bytes& data) {
  const unsigned length = key[0] | key[1] << 8;
  for (unsigned bit = 0; bit < length; ++bit)
    if ((key[4 + bit / 8] ^ data[bit / 8]) >> (7 - bit % 8) & 1)
      return false;
  return true;
}

// Prefixes of which many begin like one before.
std::vector<Bytes> random_prefixes(Random& random, unsigned data_bytes, unsigned count) {
  std::vector<Bytes> keys;
  for (unsigned i = 0; i < count; ++i) {
    Bytes data(data_bytes);
    if (!keys.empty() && random.below(2) == 0) {
      const Bytes& other = keys[random.below(keys.size())];
      data.assign(other.begin() + 4, other.end());
    }
    for (auto& byte : data)
      if (random.below(3) == 0)
        byte = std::uint8_t(random.below(4) == 0 ? 0xff * random.below(2) : random.below(256));
    keys.push_back(prefix(std::uint32_t(random.below(8 * data_bytes + 1)), data));
  }
  return keys;
}

Bytes random_key(Random& random, const std::vector<Bytes>& prefixes, unsigned data_bytes) {
  const Bytes& near = prefixes[random.below(prefixes.size())];
  Bytes data(near.begin() + 4, near.end());
  const std::uint64_t from = random.below(8 * data_bytes);
  for (std::uint64_t bit = from; bit < 8 * data_bytes && random.below(8) != 0; ++bit)
    data[bit / 8] ^= std::uint8_t(random.below(2) << (7 - bit % 8));
  return data;
}

void compare(std::uint64_t seed, unsigned data_bytes, unsigned count) {
  Random random{seed << 32};
  const auto prefixes = random_prefixes(random, data_bytes, count);
  LpmTable table(data_bytes);
  std::map<std::uint32_t, Bytes> at; // slot -> prefix that was given last
  for (const Bytes& key : prefixes)
    at[table.add(key)] = key;
  table.build();
  ASSERT_EQ(table.size(), at.size());
  EXPECT_LE(table.rows(), lpm_shape(at.size(), data_bytes).intervals);
  for (const auto& [slot, key] : at)
    EXPECT_EQ(Bytes(table.key(slot), table.key(slot) + data_bytes + 4), key);
  for (unsigned i = 0; i < 500; ++i) {
    const Bytes data = random_key(random, prefixes, data_bytes);
    std::uint64_t expected = 0;
    int longest = -1;
    for (const auto& [slot, key] : at)
      if (const int length = key[0] | key[1] << 8; length > longest && matches(key, data)) {
        longest = length;
        expected = std::uint64_t{slot} << 1 | 1;
      }
    ASSERT_EQ(table.find(data.data()), expected);
  }
}

} // namespace

TEST(Lpm, FindsTheLongestPrefix) {
  for (const unsigned data_bytes : {1u, 2u, 3u, 4u, 7u, 16u, 40u, 256u})
    for (const unsigned count : {1u, 2u, 5u, 40u, 300u})
      for (std::uint64_t seed = 1; seed <= 3; ++seed)
        compare(seed * 1000 + data_bytes, data_bytes, count);
}

TEST(Lpm, AnEmptyTableHasOneInterval) {
  LpmTable table(4);
  const Bytes zero(4), ones(4, 0xff);
  EXPECT_EQ(table.rows(), 1u);
  EXPECT_EQ(table.find(zero.data()), 0u);
  EXPECT_EQ(table.find(ones.data()), 0u);
  table.add(prefix(0, {1, 2, 3, 4}));
  table.build();
  EXPECT_EQ(table.rows(), 1u);
  EXPECT_EQ(table.find(zero.data()), 1u);
  EXPECT_EQ(table.find(ones.data()), 1u);
  table.clear();
  EXPECT_EQ(table.find(ones.data()), 0u);
}

TEST(Lpm, BitsBehindThePrefixDoNotCount) {
  LpmTable table(2);
  EXPECT_EQ(table.add(prefix(12, {0x12, 0x34})), 0u);
  EXPECT_EQ(table.add(prefix(12, {0x12, 0x3f})), 0u); // the same: it replaces the key
  EXPECT_EQ(table.add(prefix(13, {0x12, 0x3f})), 1u);
  EXPECT_EQ(table.add(prefix(12, {0x12, 0x40})), 2u);
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(Bytes(table.key(0), table.key(0) + 6), prefix(12, {0x12, 0x3f}));
}

// As many intervals as the prefixes can make: n that don't touch.
TEST(Lpm, PrefixesThatDoNotTouchTakeAllRows) {
  LpmTable table(2);
  for (std::uint8_t i = 0; i < 20; ++i)
    table.add(prefix(16, {3, std::uint8_t(2 * i + 1)}));
  table.build();
  EXPECT_EQ(table.rows(), lpm_shape(20, 2).intervals);
}

TEST(LpmShape, EveryLevelIsAsWideAsItMayBe) {
  for (const unsigned bytes : {1u, 8u, 9u, 64u, 65u, 256u})
    for (std::uint64_t entries = 1; entries < 3'000'000; entries += 1 + entries / 7) {
      const LpmShape shape = lpm_shape(entries, bytes);
      const unsigned widest = bytes <= 8 ? 4 : bytes <= 64 ? 3 : 2;
      EXPECT_EQ(shape.intervals, 2 * entries + 1);
      EXPECT_GT(std::uint64_t{1} << shape.bits(), shape.intervals - 1);
      EXPECT_LE(std::uint64_t{1} << (shape.bits() - 1), shape.intervals - 1);
      EXPECT_GE(shape.root_bits, 1u);
      EXPECT_LE(shape.root_bits, widest + 1);
      EXPECT_LE(shape.fan_bits, widest);
      EXPECT_EQ(shape.latency(), 2 * shape.levels);
      for (unsigned level = 1; level < shape.levels; ++level) {
        EXPECT_GE(shape.nodes(level), 2u);
        EXPECT_GE(shape.nodes(level) << (shape.fan_bits * (shape.levels - level)), shape.intervals);
      }
    }
  EXPECT_EQ(lpm_shape(15, 4).latency(), 2u);
  EXPECT_EQ(lpm_shape(1024, 4).latency(), 6u);
  EXPECT_EQ(lpm_shape(1024, 16).latency(), 8u);
}

} // namespace pw
