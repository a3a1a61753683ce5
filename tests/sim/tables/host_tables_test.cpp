#include "sim/tables/host_tables.h"

#include "sim/maps/contents.h"

#include <gtest/gtest.h>

namespace pw {

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Fixture {
  Object object;
  pipeline::Pipeline pipeline;

  void define(const std::string& name, bpf_map_type type, unsigned key, unsigned value,
              unsigned entries) {
    MapDefinition definition;
    definition.name = name;
    definition.type = type;
    definition.key_size = key;
    definition.value_size = value;
    definition.max_entries = entries;
    object.maps.push_back(definition);
  }
  pipeline::Map& use(unsigned index, pipeline::MapKind kind) {
    const auto& definition = object.maps[index];
    pipeline::Map map;
    map.object_index = index;
    map.name = definition.name;
    map.type = definition.type;
    map.kind = kind;
    map.key_bytes = definition.key_size;
    map.value_bytes = definition.value_size;
    map.max_entries = map.slots = definition.max_entries;
    pipeline.maps.push_back(map);
    return pipeline.maps.back();
  }
};

pipeline::Column column(unsigned offset, unsigned bytes, unsigned count = 1) {
  pipeline::Column c;
  c.offset = offset;
  c.bytes = bytes;
  c.count = count;
  return c;
}

} // namespace

TEST(HostTables, KeepsBytesThatAreInNoColumn) {
  Fixture f;
  f.define("a", BPF_MAP_TYPE_ARRAY, 4, 8, 2);
  f.use(0, pipeline::MapKind::Array).columns = {column(2, 2), column(6, 1, 2)};
  HostTables tables(f.object, f.pipeline);
  tables.set({{"a", {{index_key(1), {1, 2, 3, 4, 5, 6, 7, 8}}}}});
  EXPECT_EQ(tables.table(0).column(0), (Bytes{0, 0, 3, 4}));
  EXPECT_EQ(tables.table(0).column(1), (Bytes{0, 0, 7, 8}));
  tables.table(0).column(0)[2] = 99; // as the data path would
  const MapState state = tables.state();
  EXPECT_EQ(state.at("a").at(index_key(1)), (Bytes{1, 2, 99, 4, 5, 6, 7, 8}));
  EXPECT_EQ(state.at("a").at(index_key(0)), Bytes(8));
}

TEST(HostTables, ReplacesWhatItHeld) {
  Fixture f;
  f.define("h", BPF_MAP_TYPE_HASH, 4, 4, 8);
  auto& map = f.use(0, pipeline::MapKind::Hash);
  map.ways = 4;
  map.row_bits = 2;
  map.slots = 16;
  map.columns = {column(0, 2)};
  HostTables tables(f.object, f.pipeline);
  tables.set({{"h", {{{1, 0, 0, 0}, {1, 2, 3, 4}}, {{2, 0, 0, 0}, {5, 6, 7, 8}}}}});
  const Bytes key = {2, 0, 0, 0};
  EXPECT_TRUE(tables.table(0).find(key.data()) & 1);
  tables.set({{"h", {{{1, 0, 0, 0}, {9, 9, 0, 0}}}}});
  EXPECT_EQ(tables.table(0).find(key.data()), 0u);
  EXPECT_EQ(tables.state().at("h"), (MapContents{{{1, 0, 0, 0}, {9, 9, 0, 0}}}));
}

TEST(HostTables, ListsMapsThatTheProgramNeverTouches) {
  Fixture f;
  f.define("unused", BPF_MAP_TYPE_ARRAY, 4, 1, 1);
  HostTables tables(f.object, f.pipeline);
  EXPECT_EQ(tables.state().at("unused").at(index_key(0)), Bytes(1));
  tables.set({{"unused", {{index_key(0), {7}}}}});
  EXPECT_EQ(tables.state().at("unused").at(index_key(0)), Bytes{7});
}

TEST(HostTables, StartsWithTheObjectsData) {
  Fixture f;
  f.define(".data", BPF_MAP_TYPE_ARRAY, 4, 4, 1);
  f.object.maps[0].global = GlobalData::Data;
  f.object.maps[0].initial = {1, 2, 3, 4};
  f.use(0, pipeline::MapKind::Array).columns = {column(0, 4)};
  const HostTables tables(f.object, f.pipeline);
  EXPECT_EQ(tables.table(0).column(0), (Bytes{1, 2, 3, 4}));
}

TEST(HostTables, ListsOnlyOccupiedSlotsOfRedirectMaps) {
  Fixture f;
  f.define("d", BPF_MAP_TYPE_DEVMAP, 4, 8, 4);
  f.use(0, pipeline::MapKind::Present);
  HostTables tables(f.object, f.pipeline);
  EXPECT_TRUE(tables.state().at("d").empty());
  const MapState state = {{"d", {{index_key(3), {5, 0, 0, 0}}}}};
  tables.set(state);
  EXPECT_EQ(tables.state(), state);
  const std::uint32_t there = 3, absent = 2, beyond = 4;
  auto find = [&](const std::uint32_t& key) {
    return tables.table(0).find(reinterpret_cast<const std::uint8_t*>(&key));
  };
  EXPECT_EQ(find(there), 7u);
  EXPECT_EQ(find(absent), 0u);
  EXPECT_EQ(find(beyond), 0u);
}

TEST(HostTables, SaysWhenKeysCanNotBePlaced) {
  Fixture f;
  f.define("h", BPF_MAP_TYPE_HASH, 4, 4, 8);
  auto& map = f.use(0, pipeline::MapKind::Hash);
  map.ways = 2; // of one row each: a third key finds no place
  map.row_bits = 0;
  map.slots = 2;
  HostTables tables(f.object, f.pipeline);
  try {
    tables.set(
        {{"h", {{{1, 0, 0, 0}, Bytes(4)}, {{2, 0, 0, 0}, Bytes(4)}, {{3, 0, 0, 0}, Bytes(4)}}}});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-MAP-090");
  }
}

TEST(HostTables, RefusesAnUnknownMap) {
  Fixture f;
  HostTables tables(f.object, f.pipeline);
  EXPECT_THROW(tables.set({{"nosuch", {}}}), Failure);
}

} // namespace pw
