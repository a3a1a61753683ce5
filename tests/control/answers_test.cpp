// The library against servers that answer anything: what is read has been checked, what doesn't fit
// is refused or sent in pieces.
#include "control/maps.h"
#include "frontend/control/description.h"
#include "sim/control/socket.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <thread>
#include <unistd.h>

namespace pw::test {
namespace {

using control::Bytes;
using control::ControlError;
using control::Entry;
using Json = nlohmann::json;

Json map_of(const std::string& access, unsigned key_bytes, unsigned value_bytes) {
  return {{"id", 0},
          {"name", "m"},
          {"type", "hash"},
          {"type_number", 1},
          {"key_bytes", key_bytes},
          {"value_bytes", value_bytes},
          {"max_entries", 100'000},
          {"flags", 0},
          {"access", access},
          {"array", false},
          {"per_cpu", false}};
}

// What a server says: to operations, and when it is asked for a whole map.
struct Server {
  Json map = map_of("held", 4, 4);
  std::function<std::vector<Bytes>(std::vector<Bytes>)> operate = [](auto asked) { return asked; };
  std::vector<Bytes> dump = {};
};

// One server in a thread, and who is connected to it.
class Connected {
public:
  explicit Connected(Server server)
      : server_(std::move(server)), socket_(path()),
        thread_([this] { serve(); }), stops_{stop_, thread_}, maps(control::open_socket(path())) {}

  const control::MapInfo& map() const { return maps.all().at(0); }
  int errno_of(const std::function<void()>& asking) {
    try {
      asking();
    } catch (const ControlError& error) {
      return error.code().value();
    }
    return 0;
  }

private:
  static std::string path() {
    return std::filesystem::temp_directory_path() / ("pw_answers_" + std::to_string(::getpid()));
  }
  void serve() {
    while (!stop_)
      if (const auto request = socket_.receive(5))
        answer(*request);
  }
  void answer(const ControlSocket::Request& request) {
    const std::string text = Json({{"cpu", 0}, {"maps", {server_.map}}}).dump();
    if (request.kind == control::describe)
      return socket_.answer(Bytes(text.begin(), text.end()));
    if (request.kind == control::dump) {
      ++dumps;
      return socket_.answer(control::pack(server_.dump));
    }
    ++messages;
    socket_.answer(control::pack(server_.operate(control::unpack(request.body))));
  }
  struct Stops {
    std::atomic<bool>& stop;
    std::thread& thread;
    ~Stops() {
      stop = true;
      thread.join();
    }
  };

  Server server_;
  ControlSocket socket_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  Stops stops_; // also where connecting fails

public:
  std::atomic<unsigned> dumps = 0, messages = 0;
  control::Maps maps;
};

TEST(Answers, AnOperationsAnswerHasItsLength) {
  for (const std::size_t length : {0, 8, 15, 17}) {
    Server server;
    server.map = map_of("live", 4, 4);
    server.operate = [&](std::vector<Bytes> asked) {
      for (Bytes& one : asked)
        one.assign(length, 0);
      return asked;
    };
    Connected c(server);
    const Bytes key(4), value(4);
    Bytes found;
    std::uint32_t cursor = 0;
    std::vector<Entry> entries;
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.lookup(c.map(), key, found); })) << length;
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.update(c.map(), key, value, 0); }));
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.next_key(c.map(), {}, found); }));
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.entries(c.map(), cursor, 10, entries); }));
  }
}

TEST(Answers, EntriesHaveTheSizesOfTheirMap) {
  const std::vector<std::vector<Bytes>> wrong = {{Bytes(5000), Bytes(4)},
                                                 {Bytes(4), Bytes(1)},
                                                 {Bytes(3), Bytes(4)},
                                                 {Bytes(4), Bytes(4), Bytes(4)}};
  for (const auto& dump : wrong) {
    Server server;
    server.dump = dump;
    Connected c(server);
    Bytes next;
    std::uint32_t cursor = 0;
    std::vector<Entry> entries;
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.next_key(c.map(), {}, next); }));
    EXPECT_EQ(EPROTO, c.errno_of([&] { c.maps.entries(c.map(), cursor, 10, entries); }));
  }
}

TEST(Answers, MapsOfImpossibleSizesAreNotBelieved) {
  Json array = map_of("live", 64, 4);
  array["array"] = true; // an index has 4 bytes
  for (const Json& map : {map_of("live", 0xffffffff, 0xffffffff), map_of("live", 4, 0x80000000),
                          map_of("live", 0xfffffff8, 0), array}) {
    Server server;
    server.map = map;
    try {
      Connected c(server);
      FAIL() << map.dump();
    } catch (const ControlError& error) {
      EXPECT_EQ(EPROTO, error.code().value());
    }
  }
}

TEST(Answers, MapsThatAnOperationCannotNameAreNotReached) {
  Server server;
  server.map = map_of("live", 4, 4);
  server.map["id"] = 261;
  Connected c(server);
  const Bytes key(4), value(4);
  EXPECT_EQ(EOPNOTSUPP, c.errno_of([&] { c.maps.update(c.map(), key, value, 0); }));
  EXPECT_EQ(0u, c.messages);
}

TEST(Answers, TheDescriptionSaysSo) {
  Object object;
  for (unsigned i = 0; i < 258; ++i) {
    MapDefinition map;
    map.name = std::to_string(i);
    map.type = BPF_MAP_TYPE_ARRAY;
    map.key_size = map.value_size = 4;
    map.max_entries = 1;
    object.maps.push_back(map);
  }
  const Json maps = Json::parse(describe_control(object, Program(), {}, 0)).at("maps");
  EXPECT_EQ("held", maps.at(255).at("access"));
  EXPECT_EQ("none", maps.at(256).at("access"));
}

TEST(Answers, AHeldMapIsAskedForOnceAnEnumeration) {
  constexpr std::uint32_t count = 3000;
  Server server;
  for (std::uint32_t i = 0; i < count; ++i) {
    Bytes key;
    control::put32(key, i);
    server.dump.insert(server.dump.end(), {key, key});
  }
  Connected c(server);
  std::uint32_t cursor = 0, seen = 0;
  std::vector<Entry> entries;
  for (bool more = true; more; seen += std::uint32_t(entries.size()))
    more = c.maps.entries(c.map(), cursor, 100, entries);
  EXPECT_EQ(count, seen);
  EXPECT_EQ(1u, c.dumps);
  Bytes key, next;
  for (seen = 0; c.maps.next_key(c.map(), key, next) == 0; key = next)
    EXPECT_EQ(seen++, control::get32(next.data()));
  EXPECT_EQ(count, seen);
  EXPECT_EQ(2u, c.dumps);
}

TEST(Answers, AChangeMakesTheNextKeyBeAskedForAgain) {
  Server server;
  server.dump = {Bytes(4), Bytes(4), Bytes(4, 1), Bytes(4)};
  Connected c(server);
  Bytes key, next;
  ASSERT_EQ(0, c.maps.next_key(c.map(), {}, key));
  ASSERT_EQ(0, c.maps.remove(c.map(), Bytes(4, 1)));
  ASSERT_EQ(0, c.maps.next_key(c.map(), key, next));
  EXPECT_EQ(2u, c.dumps);
  EXPECT_EQ(Bytes(4, 1), next);
  EXPECT_EQ(-ENOENT, c.maps.next_key(c.map(), next, key));
}

TEST(Answers, LongBatchesGoInPieces) {
  constexpr std::uint32_t value_bytes = 1u << 24;
  Server server;
  server.map = map_of("live", 4, value_bytes);
  Connected c(server);
  const std::vector<Entry> entries(5, {Bytes(4), Bytes(value_bytes)});
  EXPECT_EQ(std::vector<int>(5), c.maps.update_all(c.map(), entries, 0));
  EXPECT_EQ(2u, c.messages);
}

TEST(Answers, WhatFitsNoMessageIsRefusedInASentence) {
  Server server;
  server.map = map_of("live", 4, control::longest_message);
  Bytes found;
  {
    Connected c(server);
    EXPECT_EQ(EMSGSIZE, c.errno_of([&] { c.maps.lookup(c.map(), Bytes(4), found); }));
  }
  server.map = map_of("held", 4, 4);
  server.dump = {Bytes(4), Bytes(control::longest_message)};
  Connected c(server);
  EXPECT_EQ(EMSGSIZE, c.errno_of([&] { c.maps.next_key(c.map(), {}, found); }));
  EXPECT_EQ(EMSGSIZE, c.errno_of([&] { c.maps.next_key(c.map(), {}, found); })) << "connected";
}

} // namespace
} // namespace pw::test
