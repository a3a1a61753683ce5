// pipewright sim and map as a user sees them.
#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

// pipewright sim in the background; what it said when it has ended.
class Background {
public:
  Background(const Scratch& scratch, Words arguments) : out_(scratch.path("sim.out")) {
    arguments.insert(arguments.begin(), PW_BINARY);
    std::vector<char*> words;
    for (std::string& word : arguments)
      words.push_back(word.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, scratch.path("sim.err").c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT_EQ(0, posix_spawn(&child_, PW_BINARY, &actions, nullptr, words.data(), environ));
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Background() { stop(SIGKILL); }

  std::string stop(int signal = SIGTERM) {
    if (child_ <= 0)
      return "";
    kill(child_, signal);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = 0;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return slurp(out_);
  }
  int code = -1;

private:
  pid_t child_ = 0;
  std::string out_;
};

class Control : public testing::Test {
protected:
  void start(const std::string& example_name, Words more = {}) {
    Words words = {"sim",       example(example_name),
                   "--loop",    "--control",
                   socket_,     "--json",
                   "--traffic", "size=64,count=500,flows=uniform:20"};
    words.insert(words.end(), more.begin(), more.end());
    background_.emplace(scratch_, words);
    for (int i = 0; i < 3000 && !std::filesystem::exists(socket_); ++i)
      usleep(10'000);
    ASSERT_TRUE(std::filesystem::exists(socket_)) << slurp(scratch_.path("sim.err"));
  }
  Outcome map(Words words) {
    words.insert(words.begin(), "map");
    words.insert(words.end(), {"--control", socket_});
    return pipewright(words);
  }
  static void expect(const std::string& code, const Outcome& o) {
    EXPECT_NE(0, o.code) << o.out;
    EXPECT_THAT(o.err, HasSubstr(code)) << o.err;
  }

  Scratch scratch_;
  std::string socket_ = scratch_.path("s");
  std::optional<Background> background_;
};

const Words key = {"key", "hex", "fe", "0", "0",  "1",  "c0", "a8", "0",
                   "1",   "4",   "d2", "0", "50", "63", "0",  "0",  "0"};

Words with_key(Words words, const Words& more = {}) {
  words.insert(words.end(), key.begin(), key.end());
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words value = {"value", "1", "0", "0", "0", "0", "0", "0", "0",
                     "0x20",  "0", "0", "0", "0", "0", "0", "0"};

TEST_F(Control, MapsAreReadAndChangedWithBpftoolsWords) {
  start("firewall");
  const auto shown = map({"show", "--json"}).json();
  ASSERT_EQ("flows", shown[0]["name"]);
  EXPECT_EQ("hash", shown[0]["type"]);
  EXPECT_EQ(16, shown[0]["bytes_key"]);
  EXPECT_EQ(4096, shown[0]["max_entries"]);
  EXPECT_THAT(map({"show"}).out, HasSubstr("0: hash  name flows  flags 0x0\n\tkey 16B  value 16B"));

  Outcome missing = map(with_key({"lookup", "name", "flows"}, {"--json"}));
  EXPECT_EQ(1, missing.code);
  EXPECT_EQ("null\n", missing.out);
  EXPECT_EQ(0, map(with_key({"update", "name", "flows"}, value)).code);
  const auto found = map(with_key({"lookup", "id", "0"}, {"--json"})).json();
  EXPECT_EQ("0xfe", found["key"][0]);
  EXPECT_EQ("0x01", found["value"][0]);
  EXPECT_EQ("0x20", found["value"][8]);
  Words once = value;
  once.push_back("noexist");
  expect("PW-CTL-013", map(with_key({"update", "name", "flows"}, once)));
  const Outcome dumped = map({"dump", "name", "flows"});
  EXPECT_THAT(dumped.out,
              HasSubstr("key: fe 00 00 01 c0 a8 00 01 04 d2 00 50 63 00 00 00  value: 01 "));
  EXPECT_THAT(dumped.out, HasSubstr("Found "));
  const auto dump = map({"dump", "name", "flows", "--json"}).json();
  EXPECT_GT(dump.size(), 1u); // those of packets, too
  EXPECT_EQ(0, map(with_key({"delete", "name", "flows"})).code);
  expect("PW-CTL-013", map(with_key({"delete", "name", "flows"})));
  EXPECT_EQ(16u, map({"getnext", "name", "flows", "--json"}).json()["next_key"].size());

  const auto summary = nlohmann::json::parse(background_->stop());
  EXPECT_EQ(0, background_->code);
  EXPECT_GT(summary["packets"], 1000);
  EXPECT_GT(summary["control"]["operations"], 8);
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(Control, WrongWordsAreToldAndThePipelineGoesOn) {
  start("firewall");
  expect("PW-CTL-010", map({"dance"}));
  expect("PW-CTL-010", map({"dump", "flows"}));
  expect("PW-CTL-010", map({"lookup", "name", "flows", "key", "300"}));
  expect("PW-CTL-010", map({"delete", "name", "flows"}));
  expect("PW-CTL-011", map({"dump", "name", "floes"}));
  expect("PW-CTL-011", map({"dump", "id", "77"}));
  expect("PW-CTL-012", map({"lookup", "name", "flows", "key", "1", "2"}));
  Words small = {"value", "1"};
  expect("PW-CTL-012", map(with_key({"update", "name", "flows"}, small)));
  expect("PW-CTL-002", pipewright({"sim", example("firewall"), "--control", socket_}));
  expect("PW-CTL-016", pipewright({"map", "show", "--control", scratch_.path("nothing")}));
  expect("PW-CTL-010", pipewright({"map", "show"}));
  EXPECT_EQ(0, map({"show"}).code);
}

TEST_F(Control, OneClientAtATime) {
  start("firewall");
  const int other = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(0, ::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  usleep(50'000);
  expect("PW-CTL-014", map({"show"}));
  ::close(other);
  usleep(50'000);
  EXPECT_EQ(0, map({"show"}).code);
}

TEST_F(Control, ProgramArraysAreNotReached) {
  start("parser_chain");
  for (const auto& m : map({"show", "--json"}).json())
    if (m["type"] == "prog_array")
      return expect("PW-CTL-015", map({"dump", "name", m["name"].get<std::string>()}));
  FAIL() << "no program array";
}

TEST_F(Control, PrefixesAreChangedWithTheInputHeld) {
  start("lpm_router");
  std::string lpm;
  const auto shown = map({"show", "--json"}).json();
  for (const auto& m : shown)
    if (m["type"] == "lpm_trie" && m["bytes_key"] == 8)
      lpm = m["name"];
  ASSERT_FALSE(lpm.empty());
  const auto before = map({"dump", "name", lpm, "--json"}).json().size();
  Words update = {"update", "name", lpm, "key", "8", "0", "0", "0", "10", "0", "0", "0", "value"};
  for (const auto& m : shown)
    if (m["name"] == lpm)
      update.resize(update.size() + m["bytes_value"].get<unsigned>(), "1");
  const Outcome updated = map(update);
  EXPECT_EQ(0, updated.code) << updated.err;
  EXPECT_EQ(before + 1, map({"dump", "name", lpm, "--json"}).json().size());
}

TEST_F(Control, OnlyPipelinesInMotionAreSimulated) {
  expect("PW-CTL-003", pipewright({"sim", example("firewall"), "--engine", "kernel"}));
  expect("PW-CTL-001", pipewright({"sim", example("firewall"), "--control", "/nowhere/at/all"}));
  const Outcome o = pipewright({"sim", example("firewall"), "--packets", "50", "--json"});
  EXPECT_EQ(0, o.code) << o.err;
  EXPECT_EQ(50, o.json()["packets"]);
  EXPECT_TRUE(o.json()["control"].is_null());
}

} // namespace
} // namespace pw::cli_test
