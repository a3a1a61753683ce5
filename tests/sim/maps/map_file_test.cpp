// Map files: what bpftool prints is read, what is written can be read again, mistakes are named.
#include "sim/maps/contents.h"
#include "sim/maps/map_file.h"
#include "tests/sim/maps/definitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace pw {
namespace {

Object object() {
  Object o;
  o.maps = {map_of("flows", BPF_MAP_TYPE_HASH, 6, 8, 4),
            map_of("counts", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2),
            map_of("table", BPF_MAP_TYPE_ARRAY, 4, 2, 3),
            map_of("ports", BPF_MAP_TYPE_DEVMAP, 4, 4, 8),
            map_of("workers", BPF_MAP_TYPE_CPUMAP, 4, 4, 8),
            map_of("sockets", BPF_MAP_TYPE_XSKMAP, 4, 4, 8),
            map_of("routes", BPF_MAP_TYPE_LPM_TRIE, 8, 4, 8),
            map_of("jumps", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8),
            map_of("events", BPF_MAP_TYPE_RINGBUF, 0, 0, 4096)};
  o.maps[7].initial_programs[2] = "first";
  o.programs.resize(2);
  o.programs[0].name = "first";
  o.programs[1].name = "second";
  MapDefinition rodata = map_of(".rodata", BPF_MAP_TYPE_ARRAY, 4, 2, 1);
  rodata.global = GlobalData::Rodata;
  rodata.initial = {7, 8};
  o.maps.push_back(rodata);
  return o;
}

std::vector<std::string> codes(const std::string& text, std::uint32_t cpu = 0) {
  std::vector<std::string> found;
  try {
    parse_maps(text, "m.json", object(), cpu);
  } catch (const Failure& failure) {
    for (const Diagnostic& d : failure.diagnostics())
      found.push_back(d.code);
  }
  return found;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MapFile, ReadsWhatBpftoolPrints) {
  const MapState state =
      parse_maps(R"({"flows": [{"key": ["0x0a","0x00","0x00","0x01","0x00","0x50"],
      "value": ["0x01","0x00","0x00","0x00","0x00","0x00","0x00","0xff"], "formatted": {"key": 1}}],
      "counts": [{"key": ["0x01","0x00","0x00","0x00"], "values": [
        {"cpu": 0, "value": ["0x05","0x00","0x00","0x00","0x00","0x00","0x00","0x00"]},
        {"cpu": 1, "value": ["0x00","0x00","0x00","0x00","0x00","0x00","0x00","0x00"]}]}],
      "ports": [{"key": ["0x03","0x00","0x00","0x00"], "ifindex": 9},
                {"key": ["0x04","0x00","0x00","0x00"], "value": {"error": "No such file or directory"}}]})",
                 "m.json", object());
  EXPECT_EQ(state.at("flows"),
            (MapContents{{{10, 0, 0, 1, 0, 0x50}, {1, 0, 0, 0, 0, 0, 0, 0xff}}}));
  EXPECT_EQ(state.at("counts"), (MapContents{{{1, 0, 0, 0}, {5, 0, 0, 0, 0, 0, 0, 0}}}));
  EXPECT_EQ(state.at("ports"), (MapContents{{{3, 0, 0, 0}, {9, 0, 0, 0}}}));
  EXPECT_EQ(state.size(), 3u);
}

TEST(MapFile, NumbersStandForLittleEndianBytes) {
  const MapState state = parse_maps(
      R"({"table":[{"key":2,"value":513}], "workers":[{"key":1,"cpu":1}]})", "", object());
  EXPECT_EQ(state.at("table"), (MapContents{{{2, 0, 0, 0}, {1, 2}}}));
  EXPECT_EQ(state.at("workers"), (MapContents{{{1, 0, 0, 0}, {1, 0, 0, 0}}}));
}

TEST(MapFile, RoundTripIsTheSameAndSorted) {
  MapState state;
  state["flows"] = {{{2, 0, 0, 0, 0, 0}, {1, 2, 3, 4, 5, 6, 7, 8}},
                    {{1, 9, 0, 0, 0, 0}, {8, 7, 6, 5, 4, 3, 2, 1}}};
  state["counts"] = {{{0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}}};
  state["ports"] = {{{0, 0, 0, 0}, {3, 0, 0, 0}}};
  state["workers"] = {{{1, 0, 0, 0}, {1, 0, 0, 0}}};
  state["sockets"] = {{{0, 0, 0, 0}, {5, 0, 0, 0}}};
  state["routes"] = {};
  state["jumps"] = {{{3, 0, 0, 0}, {'s', 'e', 'c', 'o', 'n', 'd'}}};
  const std::string text = print_maps(state, object(), 1);
  EXPECT_EQ(parse_maps(text, "", object(), 1), state);
  EXPECT_LT(text.find("0x01\",\"0x09"), text.find("0x02\",\"0x00"));
  EXPECT_NE(text.find("\"queue\":5"), std::string::npos);
  EXPECT_NE(text.find("\"program\":\"second\""), std::string::npos);
  EXPECT_NE(text.find("\"cpu\":1,\"value\":[\"0x01\""), std::string::npos);
}

TEST(MapFile, EveryMistakeHasItsCode) {
  EXPECT_THAT(codes("{\"table\": [}"), ElementsAre("PW-IN-102"));
  EXPECT_THAT(codes(""), ElementsAre("PW-IN-102"));
  EXPECT_THAT(codes("[]"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"nothing": []})"), ElementsAre("PW-IN-103"));
  EXPECT_THAT(codes(R"({"table": {}})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [7]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [{"key":0}]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [{"key":0,"value":1,"valeu":2}]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [{"key":["0x00"],"value":0}]})"), ElementsAre("PW-IN-105"));
  Object wide;
  wide.maps = {map_of("wide", BPF_MAP_TYPE_HASH, 9, 8, 4)};
  try {
    parse_maps(R"({"wide": [{"key":1,"value":258}]})", "m.json", wide, 0);
    ADD_FAILURE() << "a number for 9 bytes";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().at(0).code, "PW-IN-104");
  }
  EXPECT_THAT(codes(R"({"table": [{"key":0,"value":["0x00"]}]})"), ElementsAre("PW-IN-106"));
  EXPECT_THAT(codes(R"({"table": [{"key":0,"value":65536}]})"), ElementsAre("PW-IN-106"));
  EXPECT_THAT(codes(R"({"table": [{"key":0,"value":["0x100","0x00"]}]})"),
              ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [{"key":0,"value":["-1","0x00"]}]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"table": [{"key":3,"value":0}]})"), ElementsAre("PW-IN-107"));
  EXPECT_THAT(codes(R"({"ports": [{"key":8,"ifindex":1}]})"), ElementsAre("PW-IN-107"));
  EXPECT_THAT(codes(R"({"ports": [{"key":1,"ifindex":0}]})"), ElementsAre("PW-IN-107"));
  EXPECT_THAT(codes(R"({"ports": [{"key":1,"cpu":0}]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"routes": [{"key":33,"value":0}]})"), ElementsAre("PW-IN-107"));
  EXPECT_THAT(codes(R"({"table": [{"key":1,"value":0},{"key":1,"value":0}]})"),
              ElementsAre("PW-IN-109"));
  EXPECT_THAT(codes(R"({"events": []})"), ElementsAre("PW-IN-110"));
  EXPECT_THAT(codes(R"({"jumps": [{"key":8,"program":"first"}]})"), ElementsAre("PW-IN-107"));
  EXPECT_THAT(codes(R"({"jumps": [{"key":1,"value":1}]})"), ElementsAre("PW-IN-104"));
  EXPECT_THAT(codes(R"({"jumps": [{"key":1,"program":"third"}]})"), ElementsAre("PW-IN-114"));
  EXPECT_THAT(codes(R"({"counts": [{"key":0,"values":[{"cpu":1,"value":7}]}]})"),
              ElementsAre("PW-IN-111"));
  EXPECT_THAT(codes(R"({"counts": [{"key":0,"values":[{"cpu":1,"value":7}]}]})", 1), IsEmpty());
  EXPECT_THAT(codes(R"({".rodata": [{"key":0,"value":1}]})"), ElementsAre("PW-IN-113"));
  EXPECT_THAT(codes(R"({".rodata": [{"key":0,"value":["0x07","0x08"]}]})"), IsEmpty());
}

TEST(MapFile, TooManyEntries) {
  std::string text = "{\"flows\": [";
  for (int i = 0; i < 5; ++i)
    text += std::string(i == 0 ? "" : ",") + "{\"key\":" + std::to_string(i) + ",\"value\":0}";
  EXPECT_THAT(codes(text + "]}"), ElementsAre("PW-IN-108"));
}

TEST(MapFile, AllMistakesAtOnceAndAMessageThatHelps) {
  try {
    parse_maps(R"({"table": [{"key":0,"value":["0x00"]},{"key":["0x01"],"value":0}]})", "m.json",
               object());
    FAIL();
  } catch (const Failure& failure) {
    ASSERT_EQ(failure.diagnostics().size(), 2u);
    const std::string& message = failure.diagnostics().front().message;
    for (const char* part : {"m.json", "'table'", "entry 0", "1 bytes", "expected 2"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(failure.exit(), Exit::UserInput);
  }
}

TEST(MapFile, BrokenJsonNamesLineAndColumn) {
  try {
    parse_maps("{\n  \"table\": [\n  x]}", "m.json", object());
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().location.line, 3u);
    EXPECT_EQ(failure.diagnostics().front().location.column, 3u);
  }
}

// Cut anywhere, or with any byte changed, a map file is read or refused, never worse.
TEST(MapFile, CorruptFilesAreRefusedOrRead) {
  MapState state;
  state["flows"] = {{{2, 0, 0, 0, 0, 0}, {1, 2, 3, 4, 5, 6, 7, 8}}};
  state["counts"] = {{{0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}}};
  const std::string text = print_maps(state, object());
  unsigned refused = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const int flip : {0x01, 0x20, 0x80}) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      refused += codes(changed).empty() ? 0 : 1;
      refused += codes(text.substr(0, at)).empty() ? 0 : 1;
    }
  EXPECT_GT(refused, text.size() * 3);
}

TEST(MapFile, FilesOnDisk) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("pw_maps." + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "m.json";
  const MapState state = {{"table", {{{1, 0, 0, 0}, {5, 6}}}}};
  write_maps(path, state, object());
  EXPECT_EQ(read_maps(path, object()), state);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}),
            1); // nothing half-written
  const auto code = [](const auto& act) -> std::string {
    try {
      act();
    } catch (const Failure& failure) {
      return failure.diagnostics().front().code;
    }
    return "";
  };
  EXPECT_EQ(code([&] { read_maps(folder / "none.json", object()); }), "PW-IN-101");
  EXPECT_EQ(code([&] { read_maps(folder, object()); }), "PW-IN-101");
  EXPECT_EQ(code([&] { write_maps(folder / "none/m.json", state, object()); }), "PW-IN-112");
  std::filesystem::remove_all(folder);
}

TEST(MapContents, BeforeTheFirstPacket) {
  const MapState state = initial_state(object());
  EXPECT_EQ(state.at("table").size(), 3u);
  EXPECT_EQ(state.at("flows").size(), 0u);
  EXPECT_EQ(state.at(".rodata").begin()->second, (std::vector<std::uint8_t>{7, 8}));
  EXPECT_EQ(state.at("jumps"), (MapContents{{{2, 0, 0, 0}, {'f', 'i', 'r', 's', 't'}}}));
  EXPECT_FALSE(state.contains("events"));
}

} // namespace
} // namespace pw
