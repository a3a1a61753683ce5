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

// Keys that are there, in order.
std::string keys_of(MapStore& map) {
  std::string text;
  for (const auto& [key, bytes] : map.contents())
    text += (text.empty() ? "" : " ") + std::to_string(key_index(key));
  return text;
}

void insert(MapStore& map, std::uint32_t packet, std::uint32_t key) {
  map.begin_packet(packet);
  EXPECT_EQ(map.update(index_key(key), index_key(key * 10), BPF_ANY), 0);
}

TEST(LruStore, EvictsTheOldestOfFourSlots) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_LRU_HASH, 6));
  for (std::uint32_t key = 1; key <= 6; ++key)
    insert(*map, key, key);
  map->begin_packet(7);
  map->find(index_key(1)); // slots 0 to 3 hold keys 1 to 4; key 2 is the oldest now
  insert(*map, 8, 7);
  EXPECT_EQ(keys_of(*map), "1 3 4 5 6 7");
  insert(*map, 9, 8); // the hand is at slots 4 and 5
  EXPECT_EQ(keys_of(*map), "1 3 4 6 7 8");
  insert(*map, 10, 9); // and back at 0 to 3: keys 1 (7), 7 (8), 3 (3), 4 (4)
  EXPECT_EQ(keys_of(*map), "1 4 6 7 8 9");
}

TEST(LruStore, FreeSlotsAreUsedInTheOrderInWhichTheyCameBack) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_LRU_HASH, 4));
  for (std::uint32_t key = 1; key <= 4; ++key)
    insert(*map, key, key);
  map->remove(index_key(3));
  map->remove(index_key(1));
  insert(*map, 5, 5); // slot 2
  insert(*map, 5, 6); // slot 0
  insert(*map, 6, 7); // evicts key 2
  EXPECT_EQ(keys_of(*map), "4 5 6 7");
  insert(*map, 7, 8); // evicts key 4
  insert(*map, 8, 9); // 5 and 6 are alike: the lowest slot, that of 6
  EXPECT_EQ(keys_of(*map), "5 7 8 9");
}

TEST(LruStore, UpdatesThatAreRefusedStillCountAsUse) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_LRU_HASH, 2));
  insert(*map, 1, 1);
  insert(*map, 2, 2);
  map->begin_packet(3);
  EXPECT_EQ(map->update(index_key(1), index_key(0), BPF_NOEXIST), -EEXIST);
  insert(*map, 4, 3);
  EXPECT_EQ(keys_of(*map), "1 3");
}

TEST(LruStore, EntriesOfTheHostAreTheOldest) {
  const auto map = make_map_store(map_of(BPF_MAP_TYPE_LRU_HASH, 4));
  insert(*map, 5, 9);
  map->replace({{index_key(7), index_key(70)}, {index_key(3), index_key(30)}});
  EXPECT_EQ(keys_of(*map), "3 7");
  for (std::uint32_t key = 10; key <= 12; ++key)
    insert(*map, 6, key);
  EXPECT_EQ(keys_of(*map), "7 10 11 12"); // 3 and 7 are alike: the lowest slot
}

TEST(MapStore, WithALock) {
  MapDefinition definition = map_of(BPF_MAP_TYPE_HASH, 2);
  definition.value_size = 8;
  definition.spin_lock = 4;
  const auto map = make_map_store(definition);
  const Bytes ones(8, 1);
  EXPECT_EQ(map->update(index_key(1), ones, BPF_F_LOCK | BPF_EXIST), -ENOENT);
  EXPECT_EQ(map->update(index_key(1), ones, BPF_F_LOCK), 0);
  const Element held = *map->find(index_key(1));
  EXPECT_EQ(map->contents().begin()->second, (Bytes{1, 1, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(map->update(index_key(1), Bytes(8, 2), BPF_F_LOCK), 0);
  EXPECT_EQ(map->value(held)[0], 2); // in place
  EXPECT_EQ(map->update(index_key(1), ones, BPF_F_LOCK | BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(map->update(index_key(1), ones, BPF_F_LOCK | 3), -EINVAL);
  EXPECT_EQ(map->update(index_key(1), Bytes(8, 3), BPF_ANY), 0);
  EXPECT_EQ(map->value(held)[0], 2); // a new element
  for (const auto type : {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH})
    EXPECT_EQ(make_map_store(map_of(type, 2))->update(index_key(1), index_key(1), BPF_F_LOCK),
              -EINVAL);
  EXPECT_EQ(
      make_map_store(map_of(BPF_MAP_TYPE_ARRAY, 2))->update(index_key(2), index_key(1), BPF_F_LOCK),
      -E2BIG);
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
