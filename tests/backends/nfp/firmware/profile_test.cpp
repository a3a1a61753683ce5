#include "backends/nfp/firmware/firmware.h"

#include "support/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pw::nfp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string published = PW_SOURCE_DIR "/backends/nfp/firmware/published.json";

class Profile : public testing::Test {
protected:
  ~Profile() override { std::filesystem::remove(path_); }

  FirmwareProfile read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_firmware_profile(path_);
  }
  std::vector<Diagnostic> refused(const std::string& text) {
    try {
      read(text);
    } catch (const Failure& f) {
      return f.diagnostics();
    }
    return {};
  }
  void expect_refused(const std::string& text, const char* code, const char* words) {
    const std::vector<Diagnostic> all = refused(text);
    ASSERT_EQ(all.size(), 1u) << text;
    EXPECT_EQ(all[0].code, code) << text;
    EXPECT_THAT(to_text(all[0]), HasSubstr(words));
  }

  std::string path_ =
      std::filesystem::temp_directory_path() / ("pw-profile-" + std::to_string(getpid()) + ".json");
};

TEST_F(Profile, ThePublishedOneIsTheDefault) {
  EXPECT_EQ(read_firmware_profile(published), FirmwareProfile{});
}

// Taking any field out of it must not be possible without the test above noticing a change of the
// default.
TEST_F(Profile, ThePublishedOneNamesEveryField) {
  const auto json = nlohmann::json::parse(std::ifstream(published));
  EXPECT_EQ(json.size(), 14u);
  EXPECT_EQ(json["adjust_head"].size(), 4u);
  EXPECT_EQ(json["maps"].size(), 6u);
}

TEST_F(Profile, MissingFieldsKeepTheirDefault) {
  const FirmwareProfile p = read(R"({"abi": 3, "maps": {"max_key": 64}})");
  EXPECT_EQ(p.abi, 3u);
  EXPECT_EQ(p.maps.max_key, 64u);
  EXPECT_EQ(p.maps.max_value, 56u);
  EXPECT_EQ(p.name, path_);
}

TEST_F(Profile, EveryField) {
  const FirmwareProfile p = read(R"({"name": "card", "abi": 3, "start": 10, "max_words": 20,
    "done": 5, "stack_bytes": 128, "split_bytes": 640, "helpers": {"1": 7, "25": 9},
    "has_adjust_head": false, "adjust_tail": false, "random": false, "queue_select": false,
    "adjust_head": {"offset_min": 1, "offset_max": 2, "guaranteed_sub": 3, "guaranteed_add": 4},
    "maps": {"types": [2], "max_maps": 1, "max_elements": 2, "max_key": 3, "max_value": 4,
             "max_element": 5}})");
  EXPECT_EQ(p.name, "card");
  EXPECT_THAT((std::vector{p.abi, p.start, p.max_words, p.done, p.stack_bytes, p.split_bytes}),
              ElementsAre(3, 10, 20, 5, 128, 640));
  EXPECT_THAT(p.helpers, ElementsAre(Pair(1, 7), Pair(25, 9)));
  EXPECT_FALSE(p.has_adjust_head || p.adjust_tail || p.random || p.queue_select);
  const auto& h = p.adjust_head;
  EXPECT_THAT((std::vector{h.offset_min, h.offset_max, h.guaranteed_sub, h.guaranteed_add}),
              ElementsAre(1, 2, 3, 4));
  const auto& m = p.maps;
  EXPECT_THAT(m.types, ElementsAre(2));
  EXPECT_THAT((std::vector{m.max_maps, m.max_elements, m.max_key, m.max_value, m.max_element}),
              ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(Profile, UnreadableFiles) {
  EXPECT_THROW(read_firmware_profile("/nonexistent/profile.json"), Failure);
  expect_refused("{\"abi\": ", "PW-NFP-001", "is not JSON");
}

TEST_F(Profile, UnknownFields) {
  expect_refused(R"({"ABI": 2})", "PW-NFP-002", "unknown field 'ABI'");
  expect_refused(R"({"maps": {"max_keys": 2}})", "PW-NFP-002", "'maps.max_keys'");
}

TEST_F(Profile, WrongValues) {
  expect_refused("[]", "PW-NFP-003", "an object");
  expect_refused(R"({"abi": 4})", "PW-NFP-003", "from 2 to 3");
  expect_refused(R"({"abi": "2"})", "PW-NFP-003", "'abi'");
  expect_refused(R"({"abi": -2})", "PW-NFP-003", "-2");
  expect_refused(R"({"start": 16384})", "PW-NFP-003", "16383");
  expect_refused(R"({"stack_bytes": 100})", "PW-NFP-003", "multiple of 64");
  expect_refused(R"({"random": 1})", "PW-NFP-003", "true or false");
  expect_refused(R"({"maps": []})", "PW-NFP-003", "'maps'");
  expect_refused(R"({"maps": {"types": [0]}})", "PW-NFP-003", "bpf_map_type");
  expect_refused(R"({"helpers": {"one": 1}})", "PW-NFP-003", "function ids");
  expect_refused(R"({"helpers": {"1": 99999}})", "PW-NFP-003", "below 16384");
  expect_refused(R"({"start": 16000, "max_words": 1000})", "PW-NFP-003", "code store");
  expect_refused(R"({"adjust_head": {"offset_min": 300}})", "PW-NFP-003", "300 and 248");
}

TEST_F(Profile, EverythingWrongIsSaidAtOnce) {
  EXPECT_EQ(refused(R"({"abi": 9, "max_wrods": 1, "maps": {"max_key": true}})").size(), 3u);
}

} // namespace
} // namespace pw::nfp
