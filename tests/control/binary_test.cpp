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
#include <sys/stat.h>
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
  void start(const std::string& example_name, Words more = {},
             const std::string& traffic = "size=64,count=500,flows=uniform:20") {
    Words words = {"sim",    example(example_name), "--loop", "--control", socket_,
                   "--json", "--traffic",           traffic};
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

// Packets that leave no entries in maps.
const std::string foreign = "size=64,count=500,other=100%";

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
              HasSubstr("key: fe 00 00 01 c0 a8 00 01  04 d2 00 50 63 00 00 00\nvalue: 01 "));
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

TEST_F(Control, WhatAKilledSimulationLeavesIsReplaced) {
  start("firewall");
  background_->stop(SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(socket_));
  const Outcome o = map({"show"});
  expect("PW-CTL-016", o);
  EXPECT_THAT(o.err, HasSubstr("no simulation listens there any more"));
  start("firewall");
  for (int i = 0; i < 1000 && map({"show"}).code != 0; ++i)
    usleep(10'000);
  EXPECT_EQ(0, map({"show"}).code);
}

TEST_F(Control, OtherUsersAreTurnedAway) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "another user is needed: not run by root";
  start("firewall");
  for (auto folder = std::filesystem::path(socket_).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    struct stat s = {};
    ASSERT_EQ(0, ::stat(folder.c_str(), &s));
    if ((s.st_mode & 5) != 5 && folder != std::filesystem::path(socket_).parent_path())
      GTEST_SKIP() << "others can't come to the folder of the socket";
  }
  std::filesystem::permissions(std::filesystem::path(socket_).parent_path(),
                               std::filesystem::perms::others_exec |
                                   std::filesystem::perms::group_exec, // setuid keeps the group
                               std::filesystem::perm_options::add);
  // Without the right the client doesn't come so far; with it, it is told at once.
  for (const bool may_write : {false, true}) {
    if (may_write)
      std::filesystem::permissions(socket_, std::filesystem::perms::all);
    const pid_t child = fork();
    if (child == 0) {
      if (setuid(65534) != 0)
        _exit(99);
      const int s = ::socket(AF_UNIX, SOCK_STREAM, 0);
      sockaddr_un address = {};
      address.sun_family = AF_UNIX;
      socket_.copy(address.sun_path, sizeof address.sun_path - 1);
      if (::connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        _exit(errno);
      unsigned char answer[5] = {};
      _exit(::recv(s, answer, sizeof answer, MSG_WAITALL) == 5 ? answer[4] : 98);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(may_write ? EPERM : EACCES, WEXITSTATUS(status));
  }
  EXPECT_EQ(0, map({"show"}).code); // and it goes on
  EXPECT_EQ(1, nlohmann::json::parse(background_->stop())["control"]["refused"]);
}

TEST_F(Control, SlotsOfProgramArraysAreClearedAndFilledAgain) {
  start("parser_chain", {"-n", "parser_chain"});
  const auto before = map({"dump", "name", "layer3", "-j"}).json();
  ASSERT_GT(before.size(), 1u);
  Words slot = {"key"};
  for (const auto& byte : before[0]["key"])
    slot.push_back(byte);
  const auto with = [&](Words words, const Words& more = {}) {
    words.insert(words.end(), {"name", "layer3"});
    words.insert(words.end(), slot.begin(), slot.end());
    words.insert(words.end(), more.begin(), more.end());
    return map(words);
  };
  EXPECT_EQ(0, with({"delete"}).code);
  EXPECT_EQ(before.size() - 1, map({"dump", "name", "layer3", "-j"}).json().size());
  expect("PW-CTL-011", with({"update"}, {"value", "name", "nobody"}));
  const Outcome other = with({"update"}, {"value", "name", "parser_chain"});
  expect("PW-CTL-013", other);
  EXPECT_THAT(other.err, HasSubstr("--slot")); // what would help
  Words value = {"value"};
  for (const auto& byte : before[0]["value"])
    value.push_back(byte);
  EXPECT_EQ(0, with({"update"}, value).code);
  EXPECT_EQ(before, map({"dump", "name", "layer3", "-j"}).json());
  expect("PW-CTL-010",
         map({"update", "name", "counters", "key", "0", "0", "0", "0", "value", "name", "layer3"}));
  const auto summary = nlohmann::json::parse(background_->stop());
  EXPECT_EQ(3, summary["control"]["operations_held"]);
  EXPECT_GT(summary["control"]["clocks_held"], 3 * 10);
}

TEST_F(Control, MapsOfMapsHoldMapsByName) {
  start("tenants", {"--maps", PW_SOURCE_DIR "/examples/tenants/maps.json"});
  const auto before = map({"dump", "name", "tenants", "-j"}).json();
  ASSERT_FALSE(before.empty());
  const auto shown = map({"show", "-j"}).json();
  const unsigned id = std::stoul(before[0]["value"][0].get<std::string>(), nullptr, 16);
  std::string inner;
  for (const auto& m : shown)
    if (m["id"] == id)
      inner = m["name"];
  ASSERT_NE("", inner);
  EXPECT_EQ(
      0,
      map({"update", "name", "tenants", "key", "77", "0", "0", "0", "value", "name", inner}).code);
  EXPECT_EQ(before.size() + 1, map({"dump", "name", "tenants", "-j"}).json().size());
  expect("PW-CTL-013", map({"update", "name", "tenants", "key", "78", "0", "0", "0", "value",
                            "name", "strangers"}));
  EXPECT_EQ(0, map({"delete", "name", "tenants", "key", "77", "0", "0", "0"}).code);
  EXPECT_EQ(before, map({"dump", "name", "tenants", "-j"}).json());
}

TEST_F(Control, QueuesArePushedPeekedAndPopped) {
  start("recorder", {}, foreign);
  Outcome o = map({"peek", "name", "knocks"});
  EXPECT_EQ("Error: empty map\n", o.out);
  EXPECT_EQ("null\n", map({"pop", "name", "knocks", "-j"}).out);
  EXPECT_EQ(0, map({"push", "name", "knocks", "value", "1", "2", "3", "4"}).code);
  EXPECT_EQ(0, map({"enqueue", "name", "knocks", "value", "hex", "5", "6", "7", "8"}).code);
  EXPECT_EQ("value: 05 06 07 08\n", map({"peek", "name", "knocks"}).out);
  EXPECT_EQ("value: 05 06 07 08\nvalue: 01 02 03 04\nFound 2 elements\n",
            map({"dump", "name", "knocks"}).out);
  EXPECT_EQ("value: 05 06 07 08\n", map({"pop", "name", "knocks"}).out);
  o = map({"dequeue", "name", "knocks", "-p"});
  EXPECT_THAT(o.out, HasSubstr("{\n    \"key\": [],\n    \"value\": ["));
  expect("PW-CTL-012", map({"push", "name", "knocks", "value", "1"}));
  expect("PW-CTL-013", map({"getnext", "name", "knocks"}));
}

TEST_F(Control, EventsAreNoEntries) {
  start("flow_log");
  for (const auto& m : map({"show", "--json"}).json())
    if (m["type"] == "ringbuf" || m["type"] == "perf_event_array") {
      const Outcome o = map({"dump", "name", m["name"].get<std::string>()});
      expect("PW-CTL-015", o);
      EXPECT_THAT(o.err, HasSubstr("--events"));
      return;
    }
  FAIL() << "no map of events";
}

// The same words, the same output: bpftool on a map of the kernel's.
class Bpftool {
public:
  Bpftool() {
    made_ = run({"map", "create", file_, "type", "hash", "key", "16", "value", "16", "entries",
                 "4096", "name", "flows"})
                .code == 0;
  }
  ~Bpftool() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }
  Bpftool(const Bpftool&) = delete;
  Bpftool& operator=(const Bpftool&) = delete;
  bool made() const { return made_; }
  // On the map: "lookup" + words behind it.
  Outcome map(const std::string& verb, const Words& more, const char* option) {
    Words words = {"map", verb, "pinned", file_};
    words.insert(words.end(), more.begin(), more.end());
    if (*option)
      words.insert(words.begin(), option);
    return run(words);
  }

private:
  static Outcome run(const Words& words) {
    std::string command = "/usr/sbin/bpftool";
    for (const std::string& word : words)
      command += " " + word;
    Outcome o;
    FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
    char piece[512];
    while (const std::size_t n = fread(piece, 1, sizeof piece, pipe))
      o.out.append(piece, n);
    o.code = pclose(pipe);
    return o;
  }
  std::string file_ = "/sys/fs/bpf/pw_control_" + std::to_string(getpid());
  bool made_ = false;
};

TEST_F(Control, SaysWhatBpftoolSays) {
  Bpftool kernel;
  if (!kernel.made())
    GTEST_SKIP() << "bpftool can't make a map: it, root and BPF are needed";
  start("firewall", {}, foreign);
  const auto both = [&](const std::string& verb, const Words& more) {
    for (const char* option : {"", "-j"}) {
      Words words = {verb, "name", "flows"};
      words.insert(words.end(), more.begin(), more.end());
      if (*option)
        words.push_back(option);
      const Outcome ours = map(words), theirs = kernel.map(verb, more, option);
      EXPECT_EQ(theirs.out.substr(0, theirs.out.find_last_not_of('\n') + 1),
                ours.out.substr(0, ours.out.find_last_not_of('\n') + 1))
          << verb << " " << option;
      EXPECT_EQ(theirs.code == 0, ours.code == 0) << verb << " " << option << ours.err;
    }
  };
  both("dump", {});
  both("lookup", with_key({}));
  both("update", with_key({}, value));
  both("lookup", with_key({}));
  both("dump", {});
  both("getnext", {});
  both("getnext",
       {"key", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "1"});
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
