// Maps of maps, queues and stacks in map files; which maps a slot may hold.
#include "sim/maps/contents.h"
#include "sim/maps/map_file.h"
#include "tests/sim/maps/definitions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw {
namespace {

Object object() {
  Object o;
  o.maps = {map_of("outer", BPF_MAP_TYPE_HASH_OF_MAPS, 2, 4, 4),
            map_of("table", BPF_MAP_TYPE_HASH, 4, 2, 3),
            map_of("other", BPF_MAP_TYPE_HASH, 4, 8, 3),
            map_of("line", BPF_MAP_TYPE_QUEUE, 0, 2, 3),
            map_of("outer.inner", BPF_MAP_TYPE_HASH, 4, 2, 3)};
  o.maps[0].inner = 4;
  o.maps[4].role = MapRole::Definition;
  make_parts(o);
  return o;
}

std::string code(const std::string& file) {
  Object o = object();
  try {
    declare_inner_maps(file, "m.json", o);
    parse_maps(file, "m.json", o);
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
  return "";
}

std::vector<std::string> inner_names(const Object& o) {
  std::vector<std::string> names;
  for (const unsigned i : o.maps[0].inner_maps)
    names.push_back(o.maps[i].name);
  return names;
}

TEST(InnerMapFile, AddsTheMapsThatItNames) {
  Object o = object();
  EXPECT_EQ(inner_names(o), std::vector<std::string>{"outer.inner"});
  const std::string file = R"({"outer": [{"key": 1, "map": "red"}, {"key": 2, "map": "table"}],
    "blue": {"like": "outer", "entries": [{"key": 5, "value": 6}]},
    "red": [{"key": 7, "value": 8}]})";
  declare_inner_maps(file, "m.json", o);
  EXPECT_EQ(inner_names(o), (std::vector<std::string>{"blue", "red", "table"}));
  EXPECT_EQ(o.maps[4].role, MapRole::Definition);
  const MapState state = parse_maps(file, "m.json", o);
  EXPECT_EQ(state.at("outer").at({2, 0}), (std::vector<std::uint8_t>{'t', 'a', 'b', 'l', 'e'}));
  EXPECT_EQ(state.at("blue").at({5, 0, 0, 0}), (std::vector<std::uint8_t>{6, 0}));
  EXPECT_EQ(state.at("red").at({7, 0, 0, 0}), (std::vector<std::uint8_t>{8, 0}));
  Object again = object(); // what is printed declares the same
  const std::string printed = print_maps(state, o);
  declare_inner_maps(printed, "printed", again);
  EXPECT_EQ(parse_maps(printed, "printed", again), state);
}

TEST(InnerMapFile, AMapOfTheFileMayBeNamedAsAnInnerMap) {
  Object o = object();
  const std::string file = R"({"table": {"like": "outer", "entries": [{"key": 5, "value": 6}]}})";
  declare_inner_maps(file, "m.json", o);
  EXPECT_EQ(inner_names(o), std::vector<std::string>{"table"});
  EXPECT_EQ(parse_maps(file, "m.json", o).at("table").at({5, 0, 0, 0}),
            (std::vector<std::uint8_t>{6, 0}));
}

TEST(InnerMapFile, MistakesAreNamed) {
  EXPECT_EQ(code(R"({"outer": [{"key": 1, "map": "other"}]})"), "PW-IN-116");
  EXPECT_EQ(code(R"({"new": {"like": "table", "entries": []}})"), "PW-IN-116");
  EXPECT_EQ(code(R"({"outer": [{"key": 1, "value": 1}]})"), "PW-IN-104");
  EXPECT_EQ(code(R"({"line": [{"key": 1, "value": 1}]})"), "PW-IN-104");
  EXPECT_EQ(code(R"({"line": [{"value": 1}, {"value": 1}, {"value": 2}, {"value": 3}]})"),
            "PW-IN-108");
  EXPECT_EQ(code(R"({"line.ends": []})"), "PW-IN-103");
}

TEST(InnerMapFile, QueuesKeepTheirOrder) {
  const Object o = object();
  const MapState state = parse_maps(R"({"line": [{"value": 9}, {"value": 3}]})", "m.json", o);
  EXPECT_EQ(state.at("line").at(place_key(0)), (std::vector<std::uint8_t>{9, 0}));
  EXPECT_EQ(parse_maps(print_maps(state, o), "printed", o), state);
}

TEST(InnerMaps, ManyOfOneShapeAreJoined) {
  Object o = object();
  for (const char* name : {"a", "b", "c", "d"})
    inner_map(o, 0, name);
  make_parts(o);
  EXPECT_FALSE(o.maps[0].made);
  inner_map(o, 0, "e");
  make_parts(o);
  ASSERT_TRUE(o.maps[0].made);
  const MapDefinition& all = o.maps[*o.maps[0].made];
  EXPECT_EQ(all.role, MapRole::Joined);
  EXPECT_EQ(all.key_size, 8u);
  EXPECT_EQ(all.max_entries, 15u);
  EXPECT_FALSE(has_contents(all));
}

TEST(InnerMaps, AreNotJoinedBeyondTheLargestMap) {
  Object o = object();
  o.maps[4].max_entries = 0x33333334; // five times that is 4 in 32 bits
  for (const char* name : {"a", "b", "c", "d", "e"})
    inner_map(o, 0, name);
  make_parts(o);
  EXPECT_FALSE(o.maps[0].made);
}

TEST(Entries, ReplaceTheSizeInTheFile) {
  Object o = object();
  set_entries(o, "table=77");
  EXPECT_EQ(o.maps[1].max_entries, 77u);
  set_entries(o, "outer.inner=5");
  EXPECT_EQ(o.maps[4].max_entries, 5u);
  for (const char* wrong : {"none=3", "table=0", "table=x", "table=99999999999"})
    try {
      set_entries(o, wrong);
      ADD_FAILURE() << wrong;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.diagnostics().front().code, "PW-MAP-031") << wrong;
    }
}

// The map that stands for the definition may be named beside others, in any order.
TEST(Slots, KeepWhatWasNamedBefore) {
  using Names = std::vector<std::string>;
  for (const Names& slots :
       {Names{"outer:1=red", "outer:2=outer.inner"}, Names{"outer:2=outer.inner", "outer:1=red"}}) {
    Object o = object();
    for (const std::string& slot : slots)
      set_slot(o, slot);
    make_parts(o);
    std::vector<std::string> names = inner_names(o);
    std::ranges::sort(names);
    EXPECT_EQ(names, (Names{"outer.inner", "red"})) << slots[0];
    EXPECT_EQ(o.maps[o.maps[0].initial_maps.at(1)].name, "red") << slots[0];
    EXPECT_EQ(o.maps[o.maps[0].initial_maps.at(2)].name, "outer.inner") << slots[0];
  }
}

TEST(Slots, OfMapsOfMapsAddMaps) {
  Object o = object();
  set_slot(o, "outer:3=green");
  make_parts(o);
  EXPECT_EQ(inner_names(o), std::vector<std::string>{"green"});
  EXPECT_EQ(initial_state(o).at("outer").at({3, 0}),
            (std::vector<std::uint8_t>{'g', 'r', 'e', 'e', 'n'}));
  try {
    set_slot(o, "outer:4=other");
    ADD_FAILURE();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-TAIL-006");
  }
}

} // namespace
} // namespace pw
