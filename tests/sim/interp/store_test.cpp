// Maps by themselves: error codes, elements, eviction. (Against the kernel: tests/sim/kernel.)
#include "sim/interp/map_store.h"
#include "sim/maps/contents.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace pw::interp {
namespace {

MapDefinition map_of(bpf_map_type type, std::uint32_t entries) {
  MapDefinition map;
  map.name = "m";
  map.type = type;
  map.key_size = 4;
  map.value_size = 4;
  map.max_entries = entries;
  return map;
}

std::uint32_t number(MapStore& map, Element element) {
  const auto bytes = map.value(element);
  return key_index(Bytes(bytes.begin(), bytes.end()));
}

TEST(MapStore, ElementOfAHashStaysTheOldOneAfterAnUpdate) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_HASH, 4));
  EXPECT_EQ(map->update(index_key(1), index_key(10), BPF_ANY), 0);
  const Element held = *map->find(index_key(1));
  EXPECT_EQ(map->update(index_key(1), index_key(20), BPF_ANY), 0);
  map->value(held)[0] = 99;
  EXPECT_EQ(number(*map, *map->find(index_key(1))), 20u);
}

TEST(MapStore, ArraysAndPerCpuHashesAreUpdatedInPlace) {
  for (const auto type :
       {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH}) {
    const auto map = make_map_store(map_of(type, 4));
    map->update(index_key(1), index_key(10), BPF_ANY);
    const Element held = *map->find(index_key(1));
    map->update(index_key(1), index_key(20), BPF_ANY);
    EXPECT_EQ(number(*map, held), 20u);
  }
}

TEST(MapStore, ErrorsOfUpdates) {
  const auto array = make_map_store(map_of(BPF_MAP_TYPE_ARRAY, 2));
  EXPECT_EQ(array->update(index_key(2), index_key(0), BPF_ANY), -E2BIG);
  EXPECT_EQ(array->update(index_key(1), index_key(0), BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(array->remove(index_key(1)), -EINVAL);
  const auto hash = make_map_store(map_of(BPF_MAP_TYPE_HASH, 2));
  EXPECT_EQ(hash->update(index_key(1), index_key(0), BPF_EXIST), -ENOENT);
  EXPECT_EQ(hash->update(index_key(1), index_key(0), 3), -EINVAL);
  EXPECT_EQ(hash->update(index_key(1), index_key(0), BPF_NOEXIST), 0);
  EXPECT_EQ(hash->update(index_key(1), index_key(0), BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(hash->update(index_key(2), index_key(0), BPF_ANY), 0);
  EXPECT_EQ(hash->update(index_key(3), index_key(0), BPF_ANY), -E2BIG);
  EXPECT_EQ(hash->remove(index_key(3)), -ENOENT);
  EXPECT_EQ(hash->remove(index_key(2)), 0);
  EXPECT_EQ(hash->update(index_key(3), index_key(0), BPF_ANY), 0);
}

TEST(MapStore, LruEvictsWhatWasUsedLongestAgo) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_LRU_HASH, 2));
  map->update(index_key(1), index_key(10), BPF_ANY);
  map->update(index_key(2), index_key(20), BPF_ANY);
  map->find(index_key(1));
  EXPECT_EQ(map->update(index_key(3), index_key(30), BPF_ANY), 0);
  EXPECT_FALSE(map->find(index_key(2)));
  EXPECT_TRUE(map->find(index_key(1)));
  EXPECT_EQ(map->contents().size(), 2u);
}

TEST(MapStore, TheLongestPrefixWins) {
  MapDefinition definition = map_of(BPF_MAP_TYPE_LPM_TRIE, 4);
  definition.key_size = 8;
  const auto map = make_map_store(definition);
  const auto key = [](std::uint8_t length, std::uint8_t a, std::uint8_t b) {
    return Bytes{length, 0, 0, 0, a, b, 0, 0};
  };
  EXPECT_EQ(map->update(key(8, 10, 0), index_key(8), BPF_ANY), 0);
  EXPECT_EQ(map->update(key(12, 10, 0x20), index_key(12), BPF_ANY), 0);
  EXPECT_EQ(map->update(key(0, 0, 0), index_key(1), BPF_ANY), 0);
  EXPECT_EQ(map->update(key(33, 0, 0), index_key(1), BPF_ANY), -EINVAL);
  EXPECT_EQ(number(*map, *map->find(key(32, 10, 0x2f))), 12u);
  EXPECT_EQ(number(*map, *map->find(key(32, 10, 0x3f))), 8u);
  EXPECT_EQ(number(*map, *map->find(key(32, 11, 0x3f))), 1u);
  EXPECT_EQ(number(*map, *map->find(key(9, 10, 0x2f))), 8u);
  EXPECT_EQ(map->remove(key(8, 10, 99)), 0); // bits behind the prefix do not count
  EXPECT_EQ(number(*map, *map->find(key(32, 10, 0x3f))), 1u);
}

} // namespace
} // namespace pw::interp
