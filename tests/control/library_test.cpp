// The library and the socket of a simulation: what libbpf's functions would say, who may connect,
// and that whoever goes away in the middle of something leaves the pipeline running.
#include "control/pipewright/control.h"

#include "sim/control/plane.h"
#include "sim/traffic/traffic.h"
#include "support/control_format.h"
#include "tests/control/live.h"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace pw::test {
namespace {

// A folder for all tests, removed at the end.
class Folder {
public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "pw_control_XXXXXX";
    if (!mkdtemp(name.data()))
      throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

std::string scratch(const std::string& name) {
  static const Folder folder;
  return folder.path(name);
}

// A simulation in a thread: packets flow all the time.
class Running {
public:
  Running(const LiveProgram& live, const std::string& socket)
      : live_(live), engine_(live.engine(EngineKind::Model)),
        plane_(live.object, *live.program, live.maps, 0, socket) {
    TrafficSpec spec = parse_traffic("size=64,count=64");
    spec.flow_count = 8;
    packets_ = generate_traffic(spec);
    thread_ = std::thread([this] {
      while (!stop_)
        round();
    });
  }
  ~Running() {
    stop_ = true;
    thread_.join();
  }
  std::uint64_t rounds() const { return rounds_; }

private:
  void round() {
    std::vector<Packet> all = plane_.take(*engine_, 1);
    const std::size_t operations = all.size();
    all.insert(all.end(), packets_.begin(), packets_.end());
    const auto results = engine_->run(all);
    if (operations != 0)
      plane_.give(std::span(results).first(operations));
    ++rounds_;
  }

  const LiveProgram& live_;
  std::unique_ptr<Engine> engine_;
  ControlPlane plane_;
  std::vector<Packet> packets_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> rounds_ = 0;
  std::thread thread_;
};

int raw_connection(const std::string& path) {
  const int s = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(0, ::connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  return s;
}

struct Key {
  std::uint32_t inside, outside;
  std::uint16_t inside_port, outside_port;
  std::uint8_t protocol, zero[3];
};
struct Counters {
  std::uint64_t packets, bytes;
};

class Library : public testing::Test {
protected:
  void SetUp() override {
    path_ = scratch("fw.sock");
    running_.emplace(live_, path_);
    control_ = pipewright_open_socket(path_.c_str());
    ASSERT_TRUE(control_) << pipewright_error(nullptr);
    flows_ = pipewright_map_find(control_, "flows");
    ASSERT_GE(flows_, 0);
  }
  void TearDown() override { pipewright_close(control_); }

  void expect_packets_flow() {
    const std::uint64_t before = running_->rounds();
    for (int i = 0; i < 5000 && running_->rounds() < before + 3; ++i)
      usleep(1000);
    EXPECT_GE(running_->rounds(), before + 3);
  }

  LiveProgram live_{PW_BINARY_DIR "/examples/firewall.bpf.o"};
  std::string path_;
  std::optional<Running> running_;
  pipewright_control* control_ = nullptr;
  int flows_ = -1;
};

TEST_F(Library, ResultsAreThoseOfLibbpf) {
  const Key key = {1, 2, 3, 4, 17, {}};
  Counters value = {5, 6}, found = {};
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, flows_, &key, &found));
  EXPECT_EQ(-ENOENT, pipewright_map_update_elem(control_, flows_, &key, &value, 2));
  EXPECT_EQ(0, pipewright_map_update_elem(control_, flows_, &key, &value, 1));
  EXPECT_EQ(-EEXIST, pipewright_map_update_elem(control_, flows_, &key, &value, 1));
  EXPECT_EQ(-EINVAL, pipewright_map_update_elem(control_, flows_, &key, &value, 8));
  EXPECT_EQ(0, pipewright_map_lookup_elem(control_, flows_, &key, &found));
  EXPECT_EQ(5u, found.packets);
  EXPECT_EQ(6u, found.bytes);
  EXPECT_EQ(0, pipewright_map_delete_elem(control_, flows_, &key));
  EXPECT_EQ(-ENOENT, pipewright_map_delete_elem(control_, flows_, &key));
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, 77, &key, &found));
  EXPECT_STRNE("", pipewright_error(control_));
  pipewright_map_info info;
  ASSERT_EQ(0, pipewright_map_get_info(control_, flows_, &info));
  EXPECT_STREQ("hash", info.type_name);
  EXPECT_EQ(sizeof(Key), info.key_size);
  EXPECT_EQ(sizeof(Counters), info.value_size);
  EXPECT_EQ(1, info.live);
}

TEST_F(Library, EnumerationVisitsEachKeyOnce) {
  constexpr std::uint32_t count = 50;
  std::vector<Key> keys(count);
  std::vector<Counters> values(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    keys[i] = {0xff000000 + i, 1, 2, 3, 99, {}};
    values[i] = {i, 2 * i};
  }
  std::uint32_t n = count;
  ASSERT_EQ(0, pipewright_map_update_batch(control_, flows_, keys.data(), values.data(), &n, 0));
  EXPECT_EQ(count, n);
  std::uint32_t gone = 10;
  ASSERT_EQ(0, pipewright_map_delete_batch(control_, flows_, keys.data(), &gone));
  std::set<std::uint32_t> seen;
  Key key = {}, next = {};
  int result = pipewright_map_get_next_key(control_, flows_, nullptr, &next);
  for (; result == 0; result = pipewright_map_get_next_key(control_, flows_, &key, &next)) {
    key = next;
    if (key.protocol == 99)
      EXPECT_TRUE(seen.insert(key.inside).second);
  }
  EXPECT_EQ(-ENOENT, result);
  EXPECT_EQ(count - 10, seen.size());
  Key first = {}, unknown = {7, 7, 7, 7, 7, {}}, again = {};
  ASSERT_EQ(0, pipewright_map_get_next_key(control_, flows_, nullptr, &first));
  ASSERT_EQ(0, pipewright_map_get_next_key(control_, flows_, &unknown, &again));
  EXPECT_EQ(0, std::memcmp(&first, &again, sizeof first));
}

TEST_F(Library, BatchesGoOnWhereTheyStopped) {
  for (std::uint32_t i = 0; i < 30; ++i) {
    const Key key = {0xff000000 + i, 1, 2, 3, 98, {}};
    const Counters value = {i, i};
    ASSERT_EQ(0, pipewright_map_update_elem(control_, flows_, &key, &value, 0));
  }
  std::set<std::uint64_t> seen;
  std::uint32_t at = 0;
  bool begun = false;
  for (int result = 0; result == 0; begun = true) {
    Key keys[7];
    Counters values[7];
    std::uint32_t n = 7;
    result =
        pipewright_map_lookup_batch(control_, flows_, begun ? &at : nullptr, &at, keys, values, &n);
    ASSERT_TRUE(result == 0 || result == -ENOENT) << pipewright_error(control_);
    for (std::uint32_t i = 0; i < n; ++i)
      if (keys[i].protocol == 98) {
        EXPECT_EQ(keys[i].inside - 0xff000000, values[i].packets);
        EXPECT_TRUE(seen.insert(values[i].packets).second);
      }
  }
  EXPECT_EQ(30u, seen.size());
}

TEST_F(Library, TheFirstErrorEndsABatchAndTheCountIsWhatWasDone) {
  Key keys[5] = {};
  Counters values[5] = {};
  for (std::uint32_t i = 0; i < 5; ++i)
    keys[i] = {0xff000000 + i, 1, 2, 3, 97, {}}, values[i] = {i, i};
  ASSERT_EQ(0, pipewright_map_update_elem(control_, flows_, &keys[3], &values[3], 0));
  std::uint32_t n = 5;
  EXPECT_EQ(-EEXIST, pipewright_map_update_batch(control_, flows_, keys, values, &n, 1));
  EXPECT_EQ(3u, n);
  Counters found = {};
  EXPECT_EQ(0, pipewright_map_lookup_elem(control_, flows_, &keys[2], &found));
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, flows_, &keys[4], &found));
  n = 5;
  EXPECT_EQ(-ENOENT, pipewright_map_delete_batch(control_, flows_, keys, &n));
  EXPECT_EQ(4u, n);
}

TEST_F(Library, WhatIsTakenIsGone) {
  Key key = {1, 2, 3, 4, 96, {}};
  Counters value = {5, 6}, found = {};
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_and_delete_elem(control_, flows_, &key, &found));
  ASSERT_EQ(0, pipewright_map_update_elem(control_, flows_, &key, &value, 0));
  EXPECT_EQ(0, pipewright_map_lookup_and_delete_elem(control_, flows_, &key, &found));
  EXPECT_EQ(6u, found.bytes);
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, flows_, &key, &found));
  // A key that is gone: enumeration begins again.
  Key first = {}, again = {};
  ASSERT_EQ(0, pipewright_map_get_next_key(control_, flows_, nullptr, &first));
  ASSERT_EQ(0, pipewright_map_get_next_key(control_, flows_, &key, &again));
  EXPECT_EQ(0, std::memcmp(&first, &again, sizeof first));
  for (std::uint32_t i = 0; i < 20; ++i) {
    key = {0xff000000 + i, 1, 2, 3, 96, {}};
    ASSERT_EQ(0, pipewright_map_update_elem(control_, flows_, &key, &value, 0));
  }
  std::size_t ours = 0;
  std::uint32_t at = 0;
  bool begun = false;
  for (int result = 0; result == 0; begun = true) {
    Key keys[6];
    Counters values[6];
    std::uint32_t n = 6;
    result = pipewright_map_lookup_and_delete_batch(control_, flows_, begun ? &at : nullptr, &at,
                                                    keys, values, &n);
    ASSERT_TRUE(result == 0 || result == -ENOENT) << pipewright_error(control_);
    ours +=
        std::size_t(std::count_if(keys, keys + n, [](const Key& k) { return k.protocol == 96; }));
  }
  EXPECT_EQ(20u, ours);
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, flows_, &key, &found));
  const std::uint32_t zero = 0;
  EXPECT_EQ(-EOPNOTSUPP, pipewright_map_lookup_and_delete_elem(
                             control_, pipewright_map_find(control_, ".rodata"), &zero, &found));
}

TEST_F(Library, ConstantDataIsReadAndNotChanged) {
  const int rodata = pipewright_map_find(control_, ".rodata");
  ASSERT_GE(rodata, 0);
  const std::uint32_t zero = 0;
  std::uint32_t network[2] = {};
  EXPECT_EQ(0, pipewright_map_lookup_elem(control_, rodata, &zero, network));
  EXPECT_EQ(0x0a000000u, network[0]);
  EXPECT_EQ(-EPERM, pipewright_map_update_elem(control_, rodata, &zero, network, 0));
}

TEST_F(Library, ASecondClientIsTurnedAway) {
  EXPECT_FALSE(pipewright_open_socket(path_.c_str()));
  EXPECT_EQ(EBUSY, errno);
  EXPECT_NE(std::string::npos, std::string(pipewright_error(nullptr)).find("another client"));
  expect_packets_flow();
  Key key = {};
  EXPECT_EQ(-ENOENT, pipewright_map_lookup_elem(control_, flows_, &key, &key));
}

TEST_F(Library, AClientThatDiesInTheMiddleLeavesThePipelineRunning) {
  pipewright_close(control_);
  control_ = nullptr;
  usleep(20'000);
  std::vector<control::Bytes> updates(100, control::Bytes(40, 0));
  for (control::Bytes& one : updates)
    one[0] = std::uint8_t(control::Operation::Update), one[1] = std::uint8_t(flows_);
  const control::Bytes whole = control::message(control::operate, control::pack(updates));
  for (const std::size_t sent : {std::size_t{3}, whole.size() / 2, whole.size()}) {
    const int s = raw_connection(path_);
    EXPECT_EQ(ssize_t(sent), ::send(s, whole.data(), sent, MSG_NOSIGNAL));
    ::close(s);
    usleep(20'000);
    expect_packets_flow();
  }
  control_ = pipewright_open_socket(path_.c_str());
  ASSERT_TRUE(control_) << pipewright_error(nullptr);
}

TEST_F(Library, NonsenseIsRefused) {
  pipewright_close(control_);
  control_ = nullptr;
  usleep(20'000);
  for (const control::Bytes& nonsense :
       {control::Bytes{0xff, 0xff, 0xff, 0xff, 0}, control::message('?', {}),
        control::message(control::operate, control::Bytes{9, 0, 0, 0}),
        control::message(control::dump, control::Bytes{200, 0, 0, 0})}) {
    const int s = raw_connection(path_);
    ::send(s, nonsense.data(), nonsense.size(), MSG_NOSIGNAL);
    std::uint8_t answer[5] = {};
    EXPECT_EQ(5, ::recv(s, answer, 5, MSG_WAITALL));
    EXPECT_EQ(EPROTO, answer[4]);
    ::close(s);
    usleep(20'000);
  }
  expect_packets_flow();
}

TEST_F(Library, WrongOperationsAreAnsweredWithErrors) {
  pipewright_close(control_);
  control_ = nullptr;
  usleep(20'000);
  const auto list = std::uint8_t(*live_.maps.at(0).keys);
  const std::vector<control::Bytes> wrong = {{0},
                                             {0, std::uint8_t(flows_), 0, 0, 0, 0, 0, 0},
                                             {0, list, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                             {0, 250, 0, 0, 0, 0, 0, 0}};
  const int s = raw_connection(path_);
  const control::Bytes asked = control::message(control::operate, control::pack(wrong));
  ::send(s, asked.data(), asked.size(), MSG_NOSIGNAL);
  control::Bytes answer(4);
  ASSERT_EQ(4, ::recv(s, answer.data(), 4, MSG_WAITALL));
  control::Bytes body(control::get32(answer.data()));
  ASSERT_EQ(ssize_t(body.size()), ::recv(s, body.data(), body.size(), MSG_WAITALL));
  ::close(s);
  std::vector<int> results;
  for (const control::Bytes& one : control::unpack(std::span(body).subspan(1)))
    results.push_back(std::int32_t(control::get32(&one[control::result_at])));
  EXPECT_EQ((std::vector<int>{-EINVAL, -EINVAL, -ENOENT, -ENOENT}), results);
}

std::string code_of(const std::string& path) {
  try {
    ControlSocket socket(path);
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
  return "";
}

TEST(ControlPlace, OnlyDeadSocketsAreReplaced) {
  const std::string path = scratch("dead.sock");
  {
    const int s = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(0, ::bind(s, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    ::close(s); // as a simulation that was killed leaves it
  }
  EXPECT_FALSE(pipewright_open_socket(path.c_str()));
  EXPECT_EQ(ECONNREFUSED, errno);
  {
    ControlSocket first(path);
    EXPECT_EQ("PW-CTL-002", code_of(path));
    struct stat s = {};
    ASSERT_EQ(0, ::stat(path.c_str(), &s));
    EXPECT_EQ(0600u, s.st_mode & 0777);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "a file";
  EXPECT_EQ("PW-CTL-001", code_of(path));
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
  EXPECT_EQ("PW-CTL-001", code_of(scratch("none/here.sock")));
  EXPECT_EQ("PW-CTL-001", code_of("/" + std::string(200, 'x')));
}

TEST(ControlPlace, BelongsToItsOwnerAlone) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "another user is needed: not run by root";
  const std::string folder = scratch("nobody"), path = folder + "/s";
  constexpr uid_t nobody = 65534;
  std::filesystem::create_directory(folder);
  ASSERT_EQ(0, ::chown(folder.c_str(), nobody, nobody));
  std::filesystem::permissions(std::filesystem::path(folder).parent_path(),
                               std::filesystem::perms::others_exec |
                                   std::filesystem::perms::group_exec,
                               std::filesystem::perm_options::add);
  std::optional<ControlSocket> socket;
  ASSERT_EQ(0, ::seteuid(nobody));
  EXPECT_NO_THROW(socket.emplace(path));
  ASSERT_EQ(0, ::seteuid(0));
  ASSERT_TRUE(socket);
  std::thread client([&] {
    EXPECT_FALSE(pipewright_open_socket(path.c_str()));
    EXPECT_EQ(EPERM, errno);
  });
  while (socket->refused() == 0)
    socket->receive(10);
  client.join();
}

// A file of registers that answers every operation with itself and result 0.
class Mapped : public testing::Test {
protected:
  void SetUp() override {
    std::ofstream(signature_) << R"({"registers":{"address_bits":12,"program":77,"list":[
      {"name":"id","offset":0},{"name":"program","offset":8},{"name":"status","offset":12},
      {"name":"host_row","offset":40},{"name":"command","offset":44},{"name":"data","offset":2048}]},
      "control":{"program":"p","cpu":3,"maps":[
      {"id":2,"name":"m","type":"hash","type_number":1,"key_bytes":3,"value_bytes":2,
       "max_entries":4,"flags":0,"access":"live","array":false,"per_cpu":false},
      {"id":3,"name":"lpm","type":"lpm_trie","type_number":11,"key_bytes":8,"value_bytes":2,
       "max_entries":4,"flags":0,"access":"held","array":false,"per_cpu":false}]}})";
    words_[0] = 0x50575031;
    words_[2] = 77;
    store();
  }
  void store() {
    std::ofstream file(registers_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(words_.data()), std::streamsize(4 * words_.size()));
  }
  void load() {
    std::ifstream file(registers_, std::ios::binary);
    file.read(reinterpret_cast<char*>(words_.data()), std::streamsize(4 * words_.size()));
  }

  std::string registers_ = scratch("registers"), signature_ = scratch("p.sig.json");
  std::vector<std::uint32_t> words_ = std::vector<std::uint32_t>(1024);
};

TEST_F(Mapped, OperationsAreWrittenIntoMemory) {
  auto* control = pipewright_open_registers(registers_.c_str(), signature_.c_str());
  ASSERT_TRUE(control) << pipewright_error(nullptr);
  const std::uint8_t key[] = {1, 2, 3}, value[] = {4, 5};
  EXPECT_EQ(0, pipewright_map_update_elem(control, 2, key, value, 1));
  std::uint8_t other[8] = {};
  EXPECT_EQ(-EOPNOTSUPP, pipewright_map_lookup_elem(control, 3, other, other));
  pipewright_close(control);
  load();
  EXPECT_EQ(8u, words_[11]);
  EXPECT_EQ(13u, words_[10]);
  const std::uint8_t expected[] = {1, 2, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5};
  EXPECT_EQ(0, std::memcmp(&words_[512], expected, sizeof expected));
}

TEST_F(Mapped, FilesThatAreTooSmallAreNotMapped) {
  for (const std::size_t bytes : {0, 4, 4095}) {
    std::filesystem::resize_file(registers_, bytes);
    EXPECT_FALSE(pipewright_open_registers(registers_.c_str(), signature_.c_str()));
    EXPECT_EQ(EINVAL, errno) << bytes;
  }
}

// One that is right, with one thing in it changed.
std::string signature_with(const std::string& what, const std::string& by) {
  std::string text =
      R"({"registers":{"address_bits":12,"program":77,"list":[{"name":"id","offset":0},
      {"name":"program","offset":8},{"name":"status","offset":12},{"name":"host_row","offset":40},
      {"name":"command","offset":44},{"name":"data","offset":2048}]},"control":{"cpu":0,"maps":[]}})";
  return text.replace(text.find(what), what.size(), by);
}

TEST_F(Mapped, SignaturesOfNothingAreRefused) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"2048", "2147483632"},     {"2048", "4095"},      {"2048", "-4"},
      {"2048", "\"x\""},          {"\"data\"", "\"d\""}, {":12,", ":-1,"},
      {":12,", ":64,"},           {":12,", ":1.5,"},     {":77,", ":null,"},
      {":77,", ":-1,"},           {"[{", "[{},{"},       {"{\"cpu\":0,\"maps\":[]}", "{}"},
      {"{\"cpu\":0", "5,\"x\":{"}};
  const auto open = [&](const std::string& text) {
    std::ofstream(signature_) << text;
    auto* control = pipewright_open_registers(registers_.c_str(), signature_.c_str());
    pipewright_close(control);
    return control != nullptr;
  };
  ASSERT_TRUE(open(signature_with("77", "77"))) << pipewright_error(nullptr);
  for (const auto& [what, by] : wrong) {
    EXPECT_FALSE(open(signature_with(what, by))) << what << " -> " << by;
    EXPECT_TRUE(errno == EINVAL || errno == EPROTO) << what << " -> " << by;
  }
  EXPECT_FALSE(open(R"({"registers":5,"control":{}})"));
  EXPECT_EQ(EINVAL, errno);
  EXPECT_FALSE(open("[]"));
  EXPECT_EQ(EINVAL, errno);
}

TEST_F(Mapped, OperationsBehindTheRegistersAreRefused) {
  std::string text = signature_with("2048", "4088"); // two words
  const std::string maps =
      R"("maps":[{"id":2,"name":"m","type":"hash","type_number":1,"key_bytes":3,
      "value_bytes":2,"max_entries":4,"flags":0,"access":"live","array":false,"per_cpu":false}])";
  text.replace(text.find("\"maps\":[]"), std::strlen("\"maps\":[]"), maps);
  std::ofstream(signature_) << text;
  auto* control = pipewright_open_registers(registers_.c_str(), signature_.c_str());
  ASSERT_TRUE(control) << pipewright_error(nullptr);
  const std::uint8_t key[] = {1, 2, 3}, value[] = {4, 5};
  EXPECT_EQ(-EMSGSIZE, pipewright_map_update_elem(control, 2, key, value, 1));
  pipewright_close(control);
}

TEST_F(Mapped, OtherHardwareIsRefused) {
  words_[2] = 78;
  store();
  EXPECT_FALSE(pipewright_open_registers(registers_.c_str(), signature_.c_str()));
  EXPECT_EQ(ENODEV, errno);
  words_[0] = 0;
  store();
  EXPECT_FALSE(pipewright_open_registers(registers_.c_str(), signature_.c_str()));
  EXPECT_EQ(ENODEV, errno);
  EXPECT_FALSE(pipewright_open_registers(scratch("nothing").c_str(), signature_.c_str()));
  EXPECT_EQ(ENOENT, errno);
  std::ofstream(signature_) << R"({"registers":{},"control":null})";
  EXPECT_FALSE(pipewright_open_registers(registers_.c_str(), signature_.c_str()));
  EXPECT_EQ(EOPNOTSUPP, errno);
}

} // namespace
} // namespace pw::test
