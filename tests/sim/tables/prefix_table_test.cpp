// Prefixes that come and go: random accesses against a trie of single bits, with slots, results'
// clocks, and what is left in the table.
#include "sim/tables/prefix_table.h"

#include "support/hash.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace pw {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

// A node for each bit.
class Trie {
public:
  struct Node {
    std::unique_ptr<Node> child[2];
    int slot = -1;
  };

  explicit Trie(unsigned bits) : bits_(bits) {}
  // Null: there is no such place, or the length is too large.
  Node* at(const Bytes& key, bool make) {
    Node* node = length(key) > bits_ ? nullptr : &root_;
    for (unsigned i = 0; node != nullptr && i < length(key); ++i) {
      auto& next = node->child[bit(key, i)];
      if (!next && make)
        next = std::make_unique<Node>();
      node = next.get();
    }
    return node;
  }
  int exact(const Bytes& key) {
    const Node* node = at(key, false);
    return node ? node->slot : -1;
  }
  int longest(const Bytes& key) {
    if (length(key) > bits_)
      return -1;
    const Node* node = &root_;
    int slot = root_.slot;
    for (unsigned i = 0; i < length(key) && (node = node->child[bit(key, i)].get()); ++i)
      if (node->slot >= 0)
        slot = node->slot;
    return slot;
  }
  static std::uint32_t length(const Bytes& key) {
    return key[0] | key[1] << 8 | key[2] << 16 | std::uint32_t(key[3]) << 24;
  }

private:
  static unsigned bit(const Bytes& key, unsigned i) { return key[4 + i / 8] >> (7 - i % 8) & 1; }

  unsigned bits_;
  Node root_;
};

struct Size {
  unsigned data_bytes = 4, entries = 8, finds = 2;
};

Bytes random_key(const Size& size, Random& random) {
  Bytes key(4 + size.data_bytes);
  const std::uint32_t bits = 8 * size.data_bytes;
  const std::uint64_t length = random.below(40) == 0  ? bits + 1 + random.below(3)
                               : random.below(2) == 0 ? random.below(bits + 1)
                                                      : bits - random.below(3);
  key[0] = std::uint8_t(length);
  key[1] = std::uint8_t(length >> 8);
  key[3] = random.below(100) == 0;
  for (unsigned i = 4; i < key.size(); ++i)
    key[i] = random.below(4) == 0 ? std::uint8_t(0x80 >> random.below(8)) : 0;
  return key;
}

DynamicTable::Result answer(int slot) {
  return slot < 0 ? DynamicTable::Result{}
                  : DynamicTable::Result{.found = true, .hit = true, .slot = std::uint32_t(slot)};
}

void expect_same(const DynamicTable::Result& got, const DynamicTable::Result& wanted, unsigned n) {
  EXPECT_EQ(got.bits(16), wanted.bits(16)) << "clock " << n;
}

class PrefixTables : public testing::TestWithParam<Size> {
protected:
  // What one access does to the trie.
  DynamicTable::Result access(const DynamicTable::Access& a, const Bytes& key) {
    const unsigned mode = key.back();
    const Bytes plain(key.begin(), key.end() - 1);
    const int slot = mode & 1 ? trie_.longest(plain) : trie_.exact(plain);
    if (mode & 1)
      return answer(slot);
    if (slot >= 0 && a.remove) {
      trie_.at(plain, false)->slot = -1;
      keys_.erase(slot);
      free_.push_back(slot);
    } else if (slot >= 0 && mode & 2) {
      keys_[slot] = plain;
    } else if (slot < 0 && a.insert && Trie::length(plain) <= 8 * GetParam().data_bytes) {
      if (free_.empty()) {
        ++refused_;
        return {};
      }
      trie_.at(plain, true)->slot = free_.front();
      keys_[free_.front()] = plain;
      const std::uint32_t taken = std::uint32_t(free_.front());
      free_.pop_front();
      return {.found = false, .hit = true, .slot = taken};
    }
    return answer(slot);
  }

  void SetUp() override {
    for (unsigned i = 0; i < GetParam().entries; ++i)
      free_.push_back(int(i));
  }

  Trie trie_{8 * GetParam().data_bytes};
  std::deque<int> free_;
  std::map<int, Bytes> keys_; // by slot
  unsigned refused_ = 0;
};

TEST_P(PrefixTables, DoWhatATrieDoes) {
  const Size& size = GetParam();
  DynamicTable table({.key_bytes = 4 + size.data_bytes,
                      .max_entries = size.entries,
                      .prefixes = true,
                      .finds = size.finds});
  Random random{size.data_bytes};
  std::deque<std::vector<DynamicTable::Result>> expected(
      4, std::vector<DynamicTable::Result>(1 + size.finds));
  for (unsigned n = 0; n < 20000; ++n) {
    Bytes key = random_key(size, random);
    if (!keys_.empty() &&
        random.below(2) == 0) { // one that is there, perhaps with other bits behind
      key = std::next(keys_.begin(), std::ptrdiff_t(random.below(keys_.size())))->second;
      if (Trie::length(key) < 8 * size.data_bytes)
        key.back() ^= 1;
    }
    key.push_back(std::uint8_t(random.below(4)));
    const bool changes = (key.back() & 1) == 0;
    const DynamicTable::Access a{.enable = random.below(8) != 0,
                                 .insert = changes && random.below(4) != 0,
                                 .remove = changes && random.below(3) == 0,
                                 .key = key.data()};
    std::vector<Bytes> looked(size.finds);
    std::vector<DynamicTable::Find> finds(size.finds);
    std::vector<DynamicTable::Result> wanted(1 + size.finds);
    for (unsigned i = 0; i < size.finds; ++i) {
      looked[i] =
          random.below(3) == 0 ? Bytes(key.begin(), key.end() - 1) : random_key(size, random);
      finds[i] = {.enable = random.below(2) == 0, .key = looked[i].data()};
      wanted[i + 1] = answer(finds[i].enable ? trie_.longest(looked[i]) : -1);
    }
    if (a.enable)
      wanted[0] = access(a, key);
    expected.push_back(wanted);
    for (unsigned i = 0; i < size.finds; ++i)
      expect_same(table.next_find(i), expected.front()[i + 1], n);
    expect_same(table.clock(a, finds), expected.front()[0], n);
    expected.pop_front();
    ASSERT_FALSE(HasFailure());
  }
  table.settle();
  EXPECT_EQ(table.size(), keys_.size());
  std::map<int, Bytes> left;
  table.for_each([&](const std::uint8_t* key, std::uint32_t slot) {
    left[int(slot)] = Bytes(key, key + 4 + size.data_bytes);
  });
  EXPECT_EQ(left, keys_);
  if (size.entries < 10) {
    EXPECT_GT(refused_, 50u);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, PrefixTables,
                         testing::Values(Size{4, 8}, Size{1, 5}, Size{16, 100, 1}, Size{2, 1, 0},
                                         Size{4, 300, 3}),
                         [](const auto& info) {
                           return std::to_string(info.param.data_bytes) + "Bytes" +
                                  std::to_string(info.param.entries) + "Entries";
                         });

TEST(PrefixTable, TheHostInsertsReplacesAndRemoves) {
  DynamicTable table({.key_bytes = 8, .max_entries = 2, .prefixes = true});
  const Bytes wide = {8, 0, 0, 0, 10, 1, 2, 3}, other = {8, 0, 0, 0, 10, 9, 9, 9},
              narrow = {32, 0, 0, 0, 10, 1, 2, 3}, third = {0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(table.insert(wide.data()).slot, 0u);
  EXPECT_EQ(table.insert(narrow.data()).slot, 1u);
  EXPECT_FALSE(table.insert(third.data()).hit); // full
  EXPECT_TRUE(table.insert(other.data()).found);
  EXPECT_EQ(table.place(0).key[5], 9); // the key as it was given last
  EXPECT_TRUE(table.remove(wide.data()).found);
  EXPECT_EQ(table.place(0).key, nullptr);
  EXPECT_EQ(table.insert(third.data()).slot, 0u);
  EXPECT_TRUE(table.find(third.data()).found);
  table.clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_FALSE(table.find(narrow.data()).found);
}

} // namespace
} // namespace pw
