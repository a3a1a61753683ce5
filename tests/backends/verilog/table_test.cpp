// pw_table under Verilator against DynamicTable: result and hold in every clock, the host's
// operations, and each place of the rows and the stash at the end.
#include "sim/tables/dynamic_table.h"
#include "support/hash.h"
#include "support/table_shape.h"
#include "tests/backends/verilog/simulation.h"
#include "tests/backends/verilog/table_records.h"
#include "tests/sim/tables/table_traffic.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pw::test {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  DynamicTable::Shape shape;
  std::vector<TrafficMix> mixes; // one after the other
  unsigned clocks = 20000;       // of each
  bool collide = false;          // all keys have the same rows, at first
};

std::string secret(const DynamicTable::Shape& s) {
  const unsigned half = unsigned(table_folded_bits(8 * s.key_bytes, s.row_bits)) + s.row_bits,
                 bits = 2 * half;
  std::string digits((bits + 3) / 4, '0');
  for (unsigned i = 0; i < bits; ++i)
    if (table_secret_bit(i < half ? 0 : 1, i < half ? i : i - half)) {
      char& c = digits[digits.size() - 1 - i / 4];
      const unsigned value = unsigned(c <= '9' ? c - '0' : c - 'a' + 10) | 1u << i % 4;
      c = "0123456789abcdef"[value];
    }
  return std::to_string(bits) + "\\'h" + digits;
}

std::string parameters(const DynamicTable::Shape& s) {
  const auto g = [](const char* name, auto value) {
    return std::string(" -G") + name + "=" + std::to_string(value);
  };
  return g("KEY", 8 * s.key_bytes) + g("WAYS", s.ways) + g("PLACES", s.places) +
         g("ROW_BITS", s.row_bits) + g("ENTRIES", s.max_entries) +
         g("SLOT_BITS", table_slot_bits(s.max_entries)) + g("STASH", s.stash) +
         g("RESERVE", s.reserve) + g("LRU", int(s.lru)) + g("FINDS", s.finds) +
         g("MARGIN", s.margin) + " -GSECRET=" + secret(s);
}

class Script {
public:
  Script(const fs::path& file, const DynamicTable::Shape& s)
      : out_(file, std::ios::binary), table_(s), slot_bits_(table_slot_bits(s.max_entries)) {}

  void clocks(TableTraffic& traffic, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      const bool hold = table_.hold();
      const TableTraffic::Packet p = traffic.next(hold);
      std::vector<DynamicTable::Result> found;
      for (unsigned port = 0; port < table_.shape().finds; ++port)
        found.push_back(table_.next_find(port));
      const bool crowded = table_.crowded();
      const DynamicTable::Result r = table_.clock(p.access(), p.finds());
      write({.what = TableRecord::Clock,
             .enable = p.enable,
             .insert = p.insert,
             .remove = p.remove,
             .hold = hold,
             .crowded = crowded,
             .number = p.stamp,
             .result = r.bits(slot_bits_)},
            p.key.data());
      for (unsigned port = 0; port < found.size(); ++port) {
        const auto look = port < p.looks.size() ? p.looks[port] : TableTraffic::Look{};
        write(
            {.enable = look.enable, .remove = look.remove, .result = found[port].bits(slot_bits_)},
            look.key.data());
      }
    }
  }
  void host(const std::vector<std::uint8_t>& key, unsigned operation) {
    DynamicTable::Result r;
    if (operation == 1)
      r = table_.insert(key.data());
    else if (operation == 2)
      r = table_.remove(key.data());
    else
      table_.clear();
    write({.what = TableRecord::Host, .number = operation, .result = r.bits(slot_bits_)},
          key.data());
  }
  void places() {
    table_.settle();
    for (std::uint32_t p = 0; p < table_.place_count(); ++p) {
      const DynamicTable::Entry e = table_.place(p);
      write({.what = TableRecord::Read,
             .number = p,
             .result = e.key ? std::uint64_t(e.slot) << 1 | 1 : 0},
            e.key);
    }
  }
  const DynamicTable& table() const { return table_; }

private:
  void write(const TableRecord& r, const std::uint8_t* key) {
    static const std::vector<std::uint8_t> zeros(4096);
    out_.write(reinterpret_cast<const char*>(&r), sizeof r);
    out_.write(reinterpret_cast<const char*>(key ? key : zeros.data()), table_.shape().key_bytes);
  }

  std::ofstream out_;
  DynamicTable table_;
  unsigned slot_bits_;
};

class TableRtl : public testing::TestWithParam<Case> {
protected:
  TableRtl() : directory_(scratch(std::string("pw_table_") + GetParam().name)) {
    fs::create_directories(directory_);
    std::string output;
    const std::string source = PW_SOURCE_DIR;
    const int code = shell(
        "cd " + directory_.string() +
            " && OBJCACHE=ccache verilator --cc --exe --build -Wall -O3 --prefix Vdut --Mdir obj" +
            " -CFLAGS '-O1 -std=c++20 -I" + source + "' --top-module pw_table" +
            parameters(GetParam().shape) + (removing() ? " -GREMOVES=1 " : " ") + source +
            "/backends/verilog/rtl/pw_table*.sv " + source + "/backends/verilog/rtl/pw_equal.sv " +
            source + "/tests/backends/verilog/table_driver.cpp",
        output);
    if (code != 0)
      throw std::runtime_error(output);
  }
  static bool removing() { return GetParam().mixes.front().removing; }
  fs::path script() const { return directory_ / "script"; }
  void play() {
    std::string output;
    const int code = shell((directory_ / "obj/Vdut").string() + " " +
                               std::to_string(GetParam().shape.key_bytes) + " " +
                               std::to_string(table_slot_bits(GetParam().shape.max_entries)) + " " +
                               script().string() + " " + std::to_string(GetParam().shape.finds),
                           output);
    EXPECT_EQ(0, code) << output;
  }
  void packets(Script& script, TableTraffic& traffic) {
    for (const TrafficMix& mix : GetParam().mixes) {
      traffic.set_mix(mix);
      script.clocks(traffic, GetParam().clocks);
    }
    TrafficMix rest = GetParam().mixes.back();
    rest.idle_percent = 100;
    traffic.set_mix(rest);
    script.clocks(traffic, GetParam().shape.reserve + 4);
  }

  fs::path directory_;
};

TEST_P(TableRtl, DoesInEachClockWhatTheModelDoes) {
  {
    Script script(this->script(), GetParam().shape);
    TableTraffic traffic(GetParam().shape, GetParam().mixes.front(), 1);
    if (GetParam().collide)
      traffic.use_keys(colliding_keys(GetParam().shape, GetParam().mixes.front().keys));
    packets(script, traffic);
    EXPECT_EQ(GetParam().collide, script.table().counters().rehashes != 0);
    script.places();
    for (unsigned i = 0; i < 60; ++i)
      script.host(traffic.keys()[i * 7 % traffic.keys().size()], 1 + i % 3 / 2);
    packets(script, traffic);
    script.host(traffic.keys()[0], 3);
    script.host(traffic.keys()[0], 1);
    script.places();
    packets(script, traffic);
    script.places();
  }
  play();
}

DynamicTable::Shape shape(unsigned key_bytes, std::uint32_t entries, unsigned reserve,
                          bool lru = false) {
  const TableShape t = table_shape(entries, reserve);
  return {.key_bytes = key_bytes,
          .max_entries = entries,
          .ways = t.ways,
          .places = t.places,
          .row_bits = t.row_bits,
          .stash = t.stash,
          .reserve = reserve,
          .lru = lru};
}
// One with few rows, so that the stash is full all the time.
DynamicTable::Shape narrow(unsigned key_bytes, std::uint32_t entries, unsigned row_bits,
                           bool lru = false) {
  DynamicTable::Shape s = shape(key_bytes, entries, 3, lru);
  s.row_bits = row_bits;
  return s;
}

const TrafficMix fill{.insert_percent = 95, .remove_percent = 2, .keys = 150};
const TrafficMix churn{.idle_percent = 10, .same_percent = 40, .keys = 150};
const TrafficMix idle{.idle_percent = 70, .same_percent = 30, .remove_percent = 30, .keys = 150};
TrafficMix with_keys(TrafficMix mix, std::uint32_t keys) {
  mix.keys = keys;
  return mix;
}

DynamicTable::Shape with_finds(DynamicTable::Shape s, unsigned finds, unsigned margin) {
  s.finds = finds;
  s.margin = margin;
  return s;
}
TrafficMix removing(TrafficMix mix, std::uint32_t keys) {
  mix.removing = true;
  mix.keys = keys;
  return mix;
}

const Case cases[] = {
    {"finds", with_finds(shape(13, 50, 3), 2, 7), {with_keys(fill, 70), with_keys(churn, 70)}},
    {"finds_narrow",
     with_finds(narrow(5, 30, 2), 1, 12),
     {with_keys(fill, 36), with_keys(churn, 40), with_keys(idle, 40)}},
    {"removes", with_finds(shape(13, 50, 3), 1, 9), {removing(fill, 70), removing(churn, 70)}},
    {"removes_narrow",
     with_finds(narrow(5, 30, 2), 2, 12),
     {removing(fill, 36), removing(churn, 40), removing(idle, 40)},
     60000},
    {"removes_one",
     with_finds(shape(4, 1, 2), 1, 9),
     {removing(churn, 4), removing(idle, 4)},
     5000},
    {"removes_colliding",
     with_finds(shape(13, 200, 3), 1, 9),
     {removing(fill, 250), removing(churn, 250)},
     20000,
     true},
    {"removes_thousand",
     with_finds(shape(13, 1000, 4), 2, 12),
     {removing(fill, 1100), removing(churn, 1100)}},
    {"one_entry", shape(4, 1, 2), {with_keys(churn, 4), with_keys(idle, 4)}, 5000},
    {"two_entries", shape(1, 2, 1), {with_keys(churn, 5), with_keys(idle, 5)}, 5000},
    {"three_entries", shape(3, 3, 4), {with_keys(fill, 6), with_keys(churn, 6)}, 5000},
    {"fifty", shape(13, 50, 3), {with_keys(fill, 70), with_keys(churn, 70), with_keys(idle, 70)}},
    {"thousand", shape(13, 1000, 5), {with_keys(fill, 1100), with_keys(churn, 1100)}},
    {"four_thousand", shape(13, 4096, 4), {with_keys(fill, 4500), with_keys(churn, 4200)}, 40000},
    {"narrow", narrow(5, 30, 2), {with_keys(fill, 36), with_keys(churn, 40), with_keys(idle, 40)}},
    {"colliding", shape(13, 200, 3), {with_keys(fill, 250), with_keys(churn, 250)}, 20000, true},
    {"lru_colliding",
     shape(8, 90, 4, true),
     {with_keys(fill, 250), with_keys(churn, 120)},
     20000,
     true},
    {"wide_keys", shape(264, 20, 2), {with_keys(fill, 30), with_keys(churn, 30)}, 5000},
    {"lru_one", shape(4, 1, 2, true), {with_keys(churn, 4), with_keys(idle, 4)}, 5000},
    {"lru_three", shape(4, 3, 2, true), {with_keys(fill, 9), with_keys(churn, 6)}, 5000},
    {"lru_five", shape(4, 5, 3, true), {with_keys(fill, 12), with_keys(churn, 10)}, 10000},
    {"lru_nine", shape(4, 9, 1, true), {with_keys(fill, 12), with_keys(churn, 20)}, 10000},
    {"lru_fifty", shape(13, 50, 3, true), {with_keys(fill, 70), with_keys(churn, 70)}},
    {"lru_narrow", narrow(13, 30, 2, true), {with_keys(fill, 70), with_keys(churn, 40)}},
    {"lru_stamps",
     shape(6, 50, 3, true),
     {{.same_percent = 20, .keys = 80, .random_stamps = true}}},
    {"lru_find",
     with_finds(shape(13, 50, 3, true), 1, 9),
     {with_keys(fill, 70), with_keys(churn, 70), with_keys(churn, 55)}},
    {"lru_find_one",
     with_finds(shape(4, 1, 2, true), 1, 9),
     {with_keys(churn, 4), with_keys(idle, 4)},
     5000},
    {"lru_find_three",
     with_finds(shape(4, 3, 2, true), 1, 9),
     {with_keys(churn, 4), with_keys(fill, 5)},
     10000},
    {"lru_find_five",
     with_finds(shape(4, 5, 3, true), 1, 9),
     {with_keys(churn, 8), with_keys(idle, 8)},
     10000},
    {"lru_find_nine",
     with_finds(shape(4, 9, 1, true), 1, 9),
     {with_keys(fill, 12), with_keys(churn, 20)},
     20000},
    {"lru_find_narrow",
     with_finds(narrow(13, 30, 2, true), 1, 9),
     {with_keys(fill, 70), with_keys(churn, 40)},
     40000},
    {"lru_find_colliding",
     with_finds(shape(8, 90, 4, true), 1, 9),
     {with_keys(fill, 250), with_keys(churn, 120)},
     20000,
     true},
    {"lru_find_stamps",
     with_finds(shape(6, 50, 3, true), 1, 9),
     {{.same_percent = 20, .keys = 80, .random_stamps = true}}},
    {"lru_find_thousand",
     with_finds(shape(13, 1000, 4, true), 1, 9),
     {with_keys(fill, 3000), with_keys(churn, 1100)}},
    {"lru_thousand", shape(13, 1000, 4, true), {with_keys(fill, 3000), with_keys(churn, 1100)}},
};

INSTANTIATE_TEST_SUITE_P(Tables, TableRtl, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace pw::test
