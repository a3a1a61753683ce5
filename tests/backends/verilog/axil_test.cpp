// The second top from end to end: a map is filled through the AXI4-Lite port, packets flow while
// the host reads, and the counters and the map say what the reference says.
#include "support/hash.h"
#include "tests/backends/verilog/builder.h"
#include "tests/backends/verilog/simulation.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace pw::test {
namespace {

struct Answer {
  unsigned response = 0, value = 0;
};

struct Log {
  std::vector<Answer> reads, writes;
  std::vector<unsigned> retvals, counts;
  bool stuck = false;
};

Log read_log(const std::string& name) {
  std::ifstream in(name);
  Log log;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string what;
    unsigned offset = 0;
    Answer a;
    words >> what >> offset;
    log.stuck = log.stuck || what == "stuck";
    if (what == "R")
      log.retvals.push_back(offset);
    if (what == "c")
      log.counts.push_back(offset);
    words >> a.response;
    if (what == "w")
      log.writes.push_back(a);
    words >> a.value;
    if (what == "r")
      log.reads.push_back(a);
  }
  return log;
}

// A pipeline behind its control port. Registers by the names in .sig.json.
class Axil : public testing::Test {
protected:
  explicit Axil(pipeline::Pipeline p) : p_(std::move(p)) {}
  void SetUp() override {
    directory_ = scratch("axil_" + p_.name);
    top_ = emit_to(p_, directory_) + "_axil";
    std::ifstream file(directory_ + "/pw_" + p_.name + ".sig.json");
    signature_ = nlohmann::json::parse(file);
    std::string source = PW_SOURCE_DIR, output;
    int code = shell("cd " + directory_ +
                         " && OBJCACHE=ccache verilator --cc --exe --build -j 2 -O3 --prefix Vdut" +
                         " --Mdir obj -CFLAGS '-O1 -std=c++20 -DPW_BUS=64' --top-module " + top_ +
                         " -f filelist.f " + source + "/tests/backends/verilog/axil_driver.cpp",
                     output);
    ASSERT_EQ(0, code) << output;
  }

  unsigned at(const std::string& name) const {
    for (const auto& r : signature_["registers"]["list"])
      if (r["name"] == name)
        return r["offset"];
    ADD_FAILURE() << name;
    return 0;
  }
  void write(const std::string& name, unsigned value) {
    script_ << "write " << at(name) << " " << value << "\n";
  }
  void read(const std::string& name) { script_ << "read " << at(name) << "\n"; }
  void select(unsigned map, unsigned table, unsigned row) {
    write("host_map", map), write("host_table", table), write("host_row", row);
  }
  // `answered`: the data words then hold what the table answers.
  void write_row(unsigned map, unsigned table, unsigned row, const Wide& data,
                 bool answered = false) {
    select(map, table, row);
    for (unsigned i = 0; i < 4; ++i)
      script_ << "write " << at("data") + 4 * i << " " << word(data, i) << "\n";
    write("command", answered ? 5 : 1);
    script_ << "wait\n";
  }
  void read_row(unsigned map, unsigned table, unsigned row) {
    select(map, table, row);
    write("command", 0);
    script_ << "wait\n";
    for (unsigned i = 0; i < 4; ++i)
      script_ << "read " << at("data") + 4 * i << "\n";
  }
  static unsigned word(const Wide& data, unsigned i) {
    if (32 * i >= data.width())
      return 0;
    return static_cast<unsigned>(data.part(32 * i, std::min(32u, data.width() - 32 * i)).low());
  }
  Log run() {
    std::ofstream(directory_ + "/stimulus") << script_.str();
    std::string output;
    EXPECT_EQ(0, shell("cd " + directory_ + " && ./obj/Vdut stimulus log", output)) << output;
    return read_log(directory_ + "/log");
  }
  void offer(const PacketIn& in) {
    script_ << "packet " << in.bad << " ";
    for (std::uint8_t b : in.bytes)
      script_ << "0123456789abcdef"[b >> 4] << "0123456789abcdef"[b & 15];
    script_ << "\n";
  }

  pipeline::Pipeline p_;
  std::string directory_, top_;
  nlohmann::json signature_;
  std::ostringstream script_;
  std::mt19937 rng_{11};
};

class AxilTop : public Axil {
protected:
  AxilTop() : Axil(hash_lookup()) {}
  void fill_maps();
  PacketIn packet();

  Reference reference_{p_};
  std::vector<std::vector<std::uint8_t>> keys_;
};

void AxilTop::fill_maps() {
  write("control", 1); // entries that belong together
  for (unsigned way = 0; way < 4; ++way) {
    std::vector<std::uint8_t> key(12);
    std::ranges::generate(key, [&] { return static_cast<std::uint8_t>(rng_()); });
    unsigned slot = way << 5 | h3_row(way, 5, key);
    Wide row(97, 1);
    for (unsigned b = 0; b < 96; ++b)
      row.set(b + 1, key[b / 8] >> (b % 8) & 1);
    Wide verdict(32, way + 2); // PASS, TX, REDIRECT, and one that doesn't exist
    reference_.memory[{0, 0, slot}] = row;
    reference_.memory[{0, 1, slot}] = verdict;
    write_row(0, 0, slot, row);
    write_row(0, 1, slot, verdict);
    keys_.push_back(key);
  }
  write("control", 0);
}

PacketIn AxilTop::packet() {
  const std::size_t lengths[] = {0, 1, 60, 63, 64, 65, 128, 300};
  PacketIn in;
  in.bytes.resize(lengths[rng_() % std::size(lengths)]);
  std::ranges::generate(in.bytes, [&] { return static_cast<std::uint8_t>(rng_()); });
  in.bad = rng_() % 10 == 0;
  if (in.bytes.size() >= 38 && rng_() % 4 != 0)
    std::ranges::copy(keys_[rng_() % keys_.size()], in.bytes.begin() + 26);
  return in;
}

const char* const counters[] = {
    "packets_in",      "bad_frames",         "aborted",   "drop", "pass", "tx", "redirect",
    "unknown_verdict", "trap_packet_bounds", "trap_other"};

TEST_F(AxilTop, MapsAndCounters) {
  fill_maps();
  std::map<std::string, unsigned> expected;
  std::vector<unsigned> retvals;
  const char* const verdicts[] = {"aborted", "drop", "pass", "tx", "redirect"};
  for (int i = 0; i < 400; ++i) {
    PacketIn in = packet();
    offer(in);
    ++expected[in.bad ? "bad_frames" : "packets_in"];
    if (in.bad)
      continue;
    retvals.push_back(reference_.run(in).retval);
    ++expected[retvals.back() > 4 ? "aborted" : verdicts[retvals.back()]];
    expected["unknown_verdict"] += retvals.back() > 4;
  }
  script_ << "clocks 40\n";
  // In the middle of the traffic: the pipeline is emptied for the access, and goes on.
  auto first = reference_.memory.begin();
  read_row(first->first[0], first->first[1], first->first[2]);
  script_ << "drain\n";
  for (const char* name : counters) {
    read(name);
    script_ << "read " << at(name) + 4 << "\n";
  }
  for (const auto& [where, data] : reference_.memory)
    read_row(where[0], where[1], where[2]);
  Log log = run();

  EXPECT_FALSE(log.stuck);
  EXPECT_EQ(retvals, log.retvals);
  ASSERT_EQ(1u, log.counts.size());
  EXPECT_LT(log.counts[0], retvals.size());
  for (const Answer& a : log.writes)
    EXPECT_EQ(0u, a.response);
  std::size_t next = 4;
  ASSERT_EQ(4 + 2 * std::size(counters) + 4 * reference_.memory.size(), log.reads.size());
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ(word(first->second, i), log.reads[i].value);
  for (const char* name : counters) {
    EXPECT_EQ(expected[name], log.reads[next++].value) << name;
    EXPECT_EQ(0u, log.reads[next++].value) << name;
  }
  for (const auto& [where, data] : reference_.memory)
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(word(data, i), log.reads[next++].value)
          << where[0] << " " << where[1] << " " << where[2];
}

TEST_F(AxilTop, RegistersAndErrors) {
  for (const char* name : {"id", "version", "program", "status", "host_width"})
    read(name);
  script_ << "write " << at("cfg_cpu") << " " << 0x12345678 << " 5\n";
  read("cfg_cpu");
  for (unsigned nowhere : {0x1cu, 0x80u, 0x400u, 0x810u, 0xffcu})
    script_ << "read " << nowhere << "\n";
  script_ << "write 0 1\nwrite 4092 1\n";
  Log log = run();
  ASSERT_EQ(11u, log.reads.size());
  const unsigned values[] = {0x50575031, 0x10000, 0, 3, 97, 0x00340078};
  for (std::size_t i = 0; i < log.reads.size(); ++i) {
    EXPECT_EQ(i < std::size(values) ? values[i] : 0u, log.reads[i].value) << i;
    EXPECT_EQ(i < std::size(values) ? 0u : 2u, log.reads[i].response) << i;
  }
  ASSERT_EQ(3u, log.writes.size());
  EXPECT_EQ(0u, log.writes[0].response);
  EXPECT_EQ(2u, log.writes[1].response);
  EXPECT_EQ(2u, log.writes[2].response);
}

// While the output is held the pipeline can't be emptied: the command waits, nothing is lost. The
// same for packets at a closed gate.
TEST_F(AxilTop, WaitsForTheOutput) {
  fill_maps();
  PacketIn in;
  in.bytes.assign(60, 7);
  std::ranges::copy(keys_[0], in.bytes.begin() + 26);
  script_ << "ready 0\n";
  for (int i = 0; i < 5; ++i)
    offer(in);
  script_ << "clocks 60\n";
  select(0, 1, 0);
  write("command", 0);
  read("status");
  offer(in);
  script_ << "clocks 60\n";
  read("status");
  read("packets_in");
  script_ << "ready 1\nwait\ndrain\n";
  read("packets_in");
  write("control", 1);
  offer(in);
  script_ << "clocks 60\n";
  read("packets_in");
  write("control", 2); // clears the counters, opens the gate
  script_ << "drain\n";
  read("packets_in");
  Log log = run();
  EXPECT_FALSE(log.stuck);
  std::vector<unsigned> values;
  for (const Answer& a : log.reads)
    values.push_back(a.value);
  EXPECT_EQ((std::vector<unsigned>{0xe, 0xe, 5, 6, 6, 1}), values);
  EXPECT_EQ(std::vector<unsigned>(7, 2), log.retvals);
  EXPECT_EQ((std::vector<unsigned>{0, 0, 6}), log.counts);
}

class AxilTable : public Axil {
protected:
  AxilTable() : Axil(flow_table()) {}
  static constexpr unsigned key_bits = 104, insert = 1, remove = 2, empty = 3;

  Wide key(unsigned number) const {
    Wide out(key_bits);
    for (unsigned bit = 0; bit < 32; ++bit)
      out.set(bit, number >> bit & 1);
    return out;
  }
  void operate(unsigned operation, unsigned number) {
    Wide data(key_bits + 2, operation);
    for (unsigned bit = 0; bit < key_bits; ++bit)
      data.set(bit + 2, key(number).bit(bit));
    write_row(0, 0, 0, data, true);
    read("data");
  }
};

// The host puts keys into a table, packets find them and bring others, and the counter of the
// clocks in which packets had to wait is where the signature says.
TEST_F(AxilTable, HostAndPacketsShareATable) {
  operate(insert, 7), operate(insert, 9), operate(insert, 7), operate(remove, 9);
  operate(remove, 9), operate(insert, 11);
  PacketIn in;
  in.bytes.assign(60, 0);
  for (unsigned number : {7u, 8u, 8u, 11u, 7u}) {
    in.bytes[26] = static_cast<std::uint8_t>(number);
    offer(in);
  }
  script_ << "drain\n";
  operate(remove, 8), operate(insert, 8);
  for (unsigned slot : {0u, 2u, 3u})
    select(0, 1, slot), write("command", 0), script_ << "wait\n", read("data");
  read("held_flows");
  operate(empty, 0), operate(remove, 7), operate(insert, 8);
  Log log = run();
  EXPECT_FALSE(log.stuck);
  std::vector<unsigned> values;
  for (const Answer& a : log.reads)
    values.push_back(a.value);
  const unsigned found = 1u << 8;
  auto at = [](unsigned slot) { return slot << 1 | 1; };
  EXPECT_EQ((std::vector<unsigned>{at(0), at(1), found | at(0), found | at(1), 0, at(2), // before
                                   found | at(3), at(4), 2, 1, 2, 0,                     // after
                                   0, 0, at(0)}),
            values);
  EXPECT_EQ(std::vector<unsigned>(5, 2), log.retvals);
}

} // namespace
} // namespace pw::test
