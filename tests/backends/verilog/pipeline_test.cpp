// Hand-built pipelines, emitted, simulated and compared: with the reference in what they do, and
// with sim/model/timing in when.
#include "backends/verilog/structure.h"
#include "sim/model/timing.h"
#include "support/environment.h"
#include "support/hash.h"
#include "tests/backends/verilog/builder.h"
#include "tests/backends/verilog/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include <random>
#include <ranges>

namespace pw::test {
namespace {

using pipeline::Pipeline;

// ---- traffic

std::vector<std::uint8_t> random_bytes(std::mt19937& rng, std::size_t count) {
  std::vector<std::uint8_t> out(count);
  for (auto& b : out)
    b = static_cast<std::uint8_t>(rng());
  return out;
}

// Lengths around the edges of beats, a few long ones, some bad frames.
std::vector<PacketIn> mixed_traffic(unsigned count, std::uint32_t seed) {
  std::mt19937 rng(seed);
  const std::size_t edges[] = {0, 1, 13, 14, 60, 63, 64, 65, 127, 128, 129, 191, 192, 193, 1514};
  std::vector<PacketIn> out;
  for (unsigned i = 0; i < count; ++i) {
    PacketIn p;
    p.bytes = random_bytes(rng, rng() % 3 != 0 ? edges[rng() % std::size(edges)] : rng() % 300);
    p.bad = rng() % 16 == 0;
    p.ifindex = rng() % 4;
    p.rxq = rng() % 4;
    p.time = rng();
    if (p.bytes.size() > 13 && rng() % 2 == 0)
      p.bytes[12] = 8, p.bytes[13] = 0;
    if (p.bytes.size() > 23)
      p.bytes[23] = static_cast<std::uint8_t>(rng() % 4 * 5);
    out.push_back(p);
  }
  return out;
}

std::vector<PacketIn> same_length(unsigned count, std::size_t length) {
  std::vector<PacketIn> out(count);
  for (PacketIn& p : out)
    p.bytes.assign(length, 8);
  return out;
}

// ---- Timing under the same inputs

class TimedRun : public Timing::Client {
public:
  TimedRun(const Pipeline& p, const std::vector<PacketIn>& packets,
           const std::vector<PacketOut>& good)
      : p_(p), packets_(packets), timing_(p, *this), entered_(p.regions.size()) {
    for (std::size_t i = 0; i < packets.size(); ++i)
      outcome_.push_back(packets[i].bad ? nullptr : &good[number_++]);
  }

  void run(const Rates& rates) {
    std::size_t packet = 0, beat = 0;
    bool held = false;
    while (packet < packets_.size() || !timing_.idle()) {
      ASSERT_LT(timing_.now(), 1000000u);
      auto c = static_cast<std::uint32_t>(timing_.now());
      Timing::Input in;
      in.ready = random_u32(rates.seed, c, 0) % 100 >= rates.stall_percent;
      in.valid = packet < packets_.size() &&
                 (held || random_u32(rates.seed, c, 1) % 100 >= rates.idle_percent);
      if (in.valid) {
        in.packet = packet;
        in.last = (beat + 1) * p_.bus_bytes >= packets_[packet].bytes.size();
        in.bad = beat == 0 && packets_[packet].bad;
      }
      held = in.valid && !timing_.clock(in);
      if (!in.valid)
        timing_.clock(in);
      if (!in.valid || held)
        continue;
      if (beat == 0)
        beats.emplace_back();
      beats.back().push_back(c);
      ++beat;
      if (in.last)
        beat = 0, ++packet;
    }
  }

  bool may_enter(std::uint64_t packet, unsigned region) override {
    for (const pipeline::Interlock& lock : p_.regions[region].interlocks)
      for (const auto& [when, who] : entered_[region])
        if (timing_.now() - when <= lock.distance && conflict(lock, packet, who))
          return false;
    return true;
  }
  void enter(std::uint64_t packet, unsigned region) override {
    entered_[region].emplace_back(timing_.now(), packet);
  }
  Timing::Outcome outcome(std::uint64_t packet) override {
    return {outcome_[packet]->leaves(), outcome_[packet]->head, outcome_[packet]->tail};
  }
  void result(std::uint64_t) override { results.push_back(timing_.now()); }

  std::vector<std::vector<std::uint64_t>> beats; // clocks in which they were accepted, by packet
  std::vector<std::uint64_t> results;
  std::uint64_t idle_from() const { return timing_.now(); }

private:
  bool conflict(const pipeline::Interlock& lock, std::uint64_t a, std::uint64_t b) const {
    if (lock.handles.empty())
      return true;
    for (auto x : lock.handles)
      for (auto y : lock.handles)
        if (outcome_[a]->values[x].bit(0) && outcome_[a]->values[x] == outcome_[b]->values[y])
          return true;
    return false;
  }

  const Pipeline& p_;
  const std::vector<PacketIn>& packets_;
  Timing timing_;
  std::vector<const PacketOut*> outcome_;
  std::size_t number_ = 0;
  std::vector<std::vector<std::pair<std::uint64_t, std::uint64_t>>> entered_;
};

// ---- comparison

void expect_results(const std::vector<PacketOut>& good, const Seen& seen) {
  ASSERT_EQ(good.size(), seen.results.size());
  std::size_t out = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    const SeenResult& r = seen.results[i];
    SCOPED_TRACE("packet " + std::to_string(i));
    ASSERT_EQ(good[i].retval, r.retval);
    ASSERT_EQ(static_cast<std::uint32_t>(good[i].tail - good[i].head), r.length);
    ASSERT_EQ(good[i].trap, r.trap);
    ASSERT_EQ(good[i].redirect_map, r.redirect_map);
    ASSERT_EQ(good[i].redirect_key, r.redirect_key);
    ASSERT_EQ(good[i].redirect_ifindex, r.redirect_ifindex);
    ASSERT_EQ(good[i].redirect_flags, r.redirect_flags);
    if (!good[i].leaves())
      continue;
    ASSERT_LT(out, seen.outputs.size());
    const SeenOutput& o = seen.outputs[out++];
    ASSERT_TRUE(o.ended);
    ASSERT_EQ(r.cycle, o.cycle);
    ASSERT_EQ(good[i].retval, o.verdict);
    ASSERT_EQ(good[i].bytes.size(), o.length);
    ASSERT_EQ(good[i].bytes, o.bytes);
  }
  ASSERT_EQ(out, seen.outputs.size());
}

void expect_times(const Pipeline& p, const std::vector<PacketIn>& packets,
                  const std::vector<PacketOut>& good, const Rates& rates, const Seen& seen) {
  TimedRun timed(p, packets, good);
  timed.run(rates);
  ASSERT_EQ(timed.beats.size(), seen.packets.size());
  for (std::size_t i = 0; i < timed.beats.size(); ++i)
    ASSERT_EQ(timed.beats[i], seen.packets[i].beat_cycles) << "packet " << i;
  ASSERT_EQ(timed.results.size(), seen.results.size());
  for (std::size_t i = 0; i < timed.results.size(); ++i)
    ASSERT_EQ(timed.results[i], seen.results[i].cycle) << "packet " << i;
  ASSERT_TRUE(seen.idle);
  ASSERT_EQ(timed.idle_from(), seen.idle_from);
}

void expect_traces(const std::vector<PacketOut>& good, const Seen& seen) {
  std::size_t operations = good.empty() ? 0 : good[0].traces.size();
  for (std::size_t n = 0; n < operations; ++n) {
    std::size_t packet = 0;
    for (const SeenTrace& t : seen.traces) {
      if (!(t.active[n / 8] >> (n % 8) & 1)) {
        ASSERT_FALSE(t.valid[n / 8] >> (n % 8) & 1);
        continue;
      }
      ASSERT_LT(packet, good.size());
      const std::vector<Wide>& args = good[packet++].traces[n];
      ASSERT_EQ(!args.empty(), (t.valid[n / 8] >> (n % 8) & 1) != 0);
      for (std::size_t i = 0; i < 8 * args.size(); ++i)
        ASSERT_EQ(args[i / 8].part(static_cast<unsigned>(8 * (i % 8)), 8).low(),
                  t.args[24 * n + i]);
    }
    ASSERT_EQ(packet, good.size());
  }
}

void expect_rows(const Reference& reference, const Seen& seen) {
  for (const auto& [where, bytes] : seen.rows) {
    auto good = reference.memory.find(where);
    for (unsigned i = 0; i < bytes.size(); ++i) {
      std::uint64_t expected =
          good == reference.memory.end() ? 0 : good->second.part(8 * i, 8).low();
      ASSERT_EQ(expected, bytes[i])
          << "map " << where[0] << " table " << where[1] << " row " << where[2];
    }
  }
}

struct Case {
  std::vector<PacketIn> packets;
  std::vector<Access> writes;
  std::vector<Rates> rates = {{0, 0, 1}, {30, 0, 2}, {0, 40, 3}, {50, 50, 4}, {10, 90, 5}};
  std::uint64_t aborted = 0;
};

Seen check(const Pipeline& p, Simulation& simulation, const Case& c) {
  Seen seen;
  for (const Rates& rates : c.rates) {
    SCOPED_TRACE("idle " + std::to_string(rates.idle_percent) + " %, stall " +
                 std::to_string(rates.stall_percent) + " %");
    Reference reference(p);
    for (const Access& a : c.writes)
      reference.memory[{a.map, a.table, a.row}] = a.data;
    std::vector<PacketOut> good;
    for (const PacketIn& in : c.packets)
      if (!in.bad)
        good.push_back(reference.run(in));
    std::vector<Access> reads;
    for (const auto& [where, data] : reference.memory)
      reads.push_back({where[0], where[1], where[2], {}});
    seen = simulation.run(c.packets, rates, c.writes, reads, c.aborted);
    expect_results(good, seen);
    expect_times(p, c.packets, good, rates, seen);
    expect_traces(good, seen);
    EXPECT_EQ(reads.size(), seen.rows.size());
    expect_rows(reference, seen);
    if (testing::Test::HasFatalFailure())
      break;
  }
  return seen;
}

double packets_per_clock(const Seen& seen) {
  return double(seen.packets.size() - 1) /
         double(seen.packets.back().cycle_in - seen.packets.front().cycle_in);
}

// ---- the programs

TEST(VerilogPipeline, PassAll) {
  Pipeline p = pass_all();
  Simulation s(p);
  check(p, s, {mixed_traffic(300, 1), {}});
  check(p, s, {mixed_traffic(100, 2), {}, {{0, 30, 7}}, 150});
  Case jumbo{same_length(5, 9000), {}};
  check(p, s, jumbo);
}

TEST(VerilogPipeline, OnePacketAClock) {
  Pipeline p = swap_and_drop();
  Simulation s(p);
  Case c{same_length(1000, 60), {}, {{0, 0, 1}}};
  for (std::size_t i = 0; i < c.packets.size(); i += 2)
    c.packets[i].bytes[13] = 0;
  Seen seen = check(p, s, c);
  EXPECT_DOUBLE_EQ(1.0, packets_per_clock(seen));
  // Stages and 3 clocks: header FIFO, result FIFO, output register.
  EXPECT_EQ(p.stages + 3, seen.results[0].cycle - seen.packets[0].cycle_in);
}

TEST(VerilogPipeline, SwapAndDrop) {
  Pipeline p = swap_and_drop();
  Simulation s(p);
  check(p, s, {mixed_traffic(400, 3), {}});
}

TEST(VerilogPipeline, CountersOfOneFlow) {
  Pipeline p = count_protocols();
  Simulation s(p);
  Seen seen = check(p, s, {same_length(500, 60), {}, {{0, 0, 1}}});
  EXPECT_DOUBLE_EQ(1.0, packets_per_clock(seen));
}

TEST(VerilogPipeline, Counters) {
  Pipeline p = count_protocols();
  Simulation s(p);
  check(
      p, s,
      {mixed_traffic(400, 4), {{0, 1, 8, Wide(64, 0xffffffffffffffff)}, {0, 1, 0, Wide(64, 41)}}});
}

TEST(VerilogPipeline, Interlock) {
  Pipeline p = count_with_interlock();
  Simulation s(p);
  check(p, s, {mixed_traffic(400, 5), {}});
  Seen single = check(p, s, {same_length(1500, 60), {}, {{0, 0, 1}}});
  EXPECT_NEAR(0.25, packets_per_clock(single), 0.02);
}

TEST(VerilogPipeline, HashLookup) {
  Pipeline p = hash_lookup();
  Simulation s(p);
  Case c{mixed_traffic(400, 6), {}};
  std::mt19937 rng(6);
  std::vector<std::vector<std::uint8_t>> keys;
  for (unsigned way = 0; way < 4; ++way) {
    for (int i = 0; i < 4; ++i) {
      std::vector<std::uint8_t> key = random_bytes(rng, 12);
      unsigned slot = way << 5 | h3_row(way, 5, key);
      Wide row(97, 1);
      for (unsigned b = 0; b < 96; ++b)
        row.set(b + 1, key[b / 8] >> (b % 8) & 1);
      bool taken = std::ranges::any_of(c.writes, [&](const Access& a) { return a.row == slot; });
      if (taken)
        continue;
      c.writes.push_back({0, 0, slot, row});
      c.writes.push_back({0, 1, slot, Wide(32, rng() % 6)});
      keys.push_back(key);
    }
  }
  for (unsigned slot : {0u, 2u, 4u}) {
    c.writes.push_back({1, 0, slot, Wide(1, 1)});
    c.writes.push_back({1, 1, slot, Wide(32, 100 + slot)});
  }
  for (PacketIn& in : c.packets)
    if (in.bytes.size() >= 38 && rng() % 4 != 0)
      std::ranges::copy(keys[rng() % keys.size()], in.bytes.begin() + 26);
  check(p, s, c);
}

// More writers of a byte than are merged in one clock: a later one wins, and the result comes a
// clock later.
TEST(VerilogPipeline, ManyWritersOfAByte) {
  Pipeline p = many_writers();
  ASSERT_EQ(1u, verilog::structure_of(p).merge_delay);
  Simulation s(p);
  Case c{mixed_traffic(600, 12), {}};
  std::mt19937 rng(12);
  for (PacketIn& in : c.packets)
    if (in.bytes.size() > 18 && rng() % 8 != 0)
      in.bytes[18] = static_cast<std::uint8_t>(rng() % 5);
  c.aborted = 77;
  check(p, s, c);
}

TEST(VerilogPipeline, HeadIsOneOfAFew) {
  Pipeline p = few_heads();
  Simulation s(p);
  Case c{{}, {}};
  for (PacketIn& in : mixed_traffic(600, 13))
    if (in.bytes.size() >= 20) // head must not lie behind the tail
      c.packets.push_back(in);
  check(p, s, c);
}

TEST(VerilogPipeline, MoveHeadAndTail) {
  Pipeline p = move_head();
  Simulation s(p);
  Case c{{}, {}};
  std::mt19937 rng(7);
  const int moves[] = {0, -4, 4, -14, 20, -64, 64, -65, 65, -128, 130, -216, -1, 1, 63, -63};
  for (const PacketIn& any : mixed_traffic(1500, 7)) {
    PacketIn in = any;
    int length = static_cast<int>(in.bytes.size());
    if (length < 20)
      continue;
    int head = std::min(moves[rng() % std::size(moves)], length - 1);
    int change = rng() % 2 == 0 ? 0 : static_cast<int>(rng() % 400) - 200;
    if (length + change < head)
      change = head - length;
    in.bytes[14] = static_cast<std::uint8_t>(head),
    in.bytes[15] = static_cast<std::uint8_t>(head >> 8);
    in.bytes[16] = static_cast<std::uint8_t>(change),
    in.bytes[17] = static_cast<std::uint8_t>(change >> 8);
    in.bytes[18] = rng() % 6 == 0 ? 1 : 3;
    c.packets.push_back(in);
  }
  check(p, s, c);
}

// A frame that grows by four bytes within its beat costs nothing.
TEST(VerilogPipeline, VlanPushAtFullRate) {
  Pipeline p = move_head();
  Simulation s(p);
  Case c{same_length(300, 60), {}, {{0, 0, 1}}};
  for (PacketIn& in : c.packets) {
    in.bytes[14] = 0xfc, in.bytes[15] = 0xff;
    in.bytes[16] = in.bytes[17] = 0;
    in.bytes[18] = 2;
  }
  Seen seen = check(p, s, c);
  EXPECT_DOUBLE_EQ(1.0, packets_per_clock(seen));
  EXPECT_EQ(64u, seen.outputs[0].length);
  for (PacketIn& in : c.packets)
    in.bytes[14] = 0xec;
  EXPECT_NEAR(0.5, packets_per_clock(check(p, s, c)), 0.2);
}

// The window is more than one beat, in regions and with written bytes in several beats.
TEST(VerilogPipeline, NarrowBuses) {
  for (unsigned bus : {8u, 16u}) {
    Pipeline p = bus == 8 ? swap_and_drop() : move_head();
    p.name += "_narrow";
    p.bus_bytes = bus;
    Simulation s(p);
    Case c{mixed_traffic(300, 9), {}, {{0, 0, 1}, {30, 40, 2}}};
    if (bus == 16) {
      std::erase_if(c.packets, [](const PacketIn& in) { return in.bytes.size() < 20; });
      for (PacketIn& in : c.packets)
        std::ranges::copy(std::to_array<std::uint8_t>({0xfc, 0xff, 7, 0, 3}),
                          in.bytes.begin() + 14);
    }
    check(p, s, c);
  }
}

// A value that is used before it is there is a mistake of the compiler's, and said to be one.
TEST(VerilogPipeline, UseBeforeDefinition) {
  Pipeline p = count_protocols();
  for (pipeline::Operation& op : p.operations)
    if (op.kind == pipeline::OpKind::Add)
      op.stage = 0;
  EXPECT_THROW(emit_verilog(p, {"0", "test"}), Failure);
}

TEST(VerilogPipeline, BrokenPipelines) {
  auto refused = [](auto change) {
    Pipeline p = count_with_interlock();
    change(p);
    EXPECT_THROW(emit_verilog(p, {"0", "test"}), Failure);
  };
  refused([](Pipeline& p) { p.bus_bytes = 24; });
  refused([](Pipeline& p) { p.regions.clear(); });
  refused([](Pipeline& p) { p.regions[1].fifo_depth = 12; });
  refused([](Pipeline& p) { p.regions[1].last_stage = 5; });
  refused([](Pipeline& p) { p.maps[0].handle_bits = 4; });
  refused([](Pipeline& p) { p.maps[0].columns[0].read_latency = 1; });
  refused([](Pipeline& p) { p.operations.back().stage = 7; });
}

// Coordinates near, far away and outside; packets of which only a few are in the ring at a time.
TEST(VerilogPipeline, ReadAnywhere) {
  Pipeline p = read_anywhere();
  Simulation s(p);
  Case c{mixed_traffic(400, 21), {}};
  std::mt19937 rng(21);
  auto point = [&](std::vector<std::uint8_t>& bytes, std::size_t at) {
    if (at + 2 > bytes.size())
      return;
    const unsigned length = static_cast<unsigned>(bytes.size());
    unsigned to = rng() % 4 == 0 ? static_cast<unsigned>(rng()) : rng() % (length + 4);
    bytes[at] = static_cast<std::uint8_t>(to), bytes[at + 1] = static_cast<std::uint8_t>(to >> 8);
  };
  for (unsigned length : {9000u, 32000u, 15999u, 31999u})
    c.packets.insert(c.packets.begin() + rng() % 300, same_length(1, length)[0]);
  for (PacketIn& in : c.packets) {
    point(in.bytes, 14);
    for (std::size_t at = 18; at < in.bytes.size(); at += 1 + rng() % 9)
      point(in.bytes, at);
  }
  check(p, s, c);
}

TEST(VerilogPipeline, ReadAnywhereOnePacketAClock) {
  Pipeline p = read_anywhere();
  Simulation s(p);
  Seen seen = check(p, s, {same_length(1000, 64), {}, {{0, 0, 1}}});
  EXPECT_DOUBLE_EQ(1.0, packets_per_clock(seen));
}

TEST(VerilogPipeline, BrokenTables) {
  auto refused = [](auto change) {
    Pipeline p = flow_table();
    EXPECT_NO_THROW(emit_verilog(p, {"0", "test"}));
    change(p);
    EXPECT_THROW(emit_verilog(p, {"0", "test"}), Failure);
  };
  auto access = [](Pipeline& p) -> pipeline::Operation& {
    return *std::ranges::find(p.operations, pipeline::OpKind::MapAccess,
                              &pipeline::Operation::kind);
  };
  refused([](Pipeline& p) { p.maps[0].stash = 5; });
  refused([](Pipeline& p) { p.maps[0].places = 3; });
  refused([](Pipeline& p) { p.maps[0].slots = 128; });
  refused([&](Pipeline& p) { access(p).latency = 3; });
  refused([&](Pipeline& p) { access(p).operands.pop_back(); });
  refused([&](Pipeline& p) { p.maps[0].kind = pipeline::MapKind::Hash; });
}

// A table with an access and `looks` look-ups in the clock of it, all of one column's entries.
Pipeline look_ups(bool lru, unsigned looks) {
  Builder b("look_ups", 13, 38);
  const unsigned map = b.table("seen", 4, 100, 4, lru, {});
  const auto one = b.constant(1, 1), nothing = b.constant(1, 0);
  b.array("other", 4, 4, {{0, 4, 1, true, pipeline::Memory::Distributed, 1}});
  b.stage(1);
  b.access(map, one, b.field(26, 4), one, nothing);
  auto found = nothing;
  for (unsigned port = 1; port <= looks; ++port)
    found = b.extract(b.look(map, port, one, b.field(30, 4), nothing), 0, 1);
  for (pipeline::Operation& op : b.pipeline().operations)
    if (op.kind == pipeline::OpKind::Extract)
      op.stage = 6;
  b.stage(7);
  return b.finish(b.op(pipeline::OpKind::Zext, 32, {found}));
}

pipeline::Operation& look(Pipeline& p, unsigned port) {
  return *std::ranges::find(p.operations, port, &pipeline::Operation::port);
}

void expect_refused(Pipeline p, auto change, const char* why) {
  EXPECT_NO_THROW(emit_verilog(p, {"0", "test"}));
  change(p);
  EXPECT_THROW(emit_verilog(p, {"0", "test"}), Failure) << why;
}

TEST(VerilogPipeline, BrokenLookUps) {
  const auto one = [](const Pipeline& p) {
    return std::ranges::find_if(p.operations,
                                [](const pipeline::Operation& op) {
                                  return op.kind == pipeline::OpKind::Constant &&
                                         op.constant.words == std::vector<std::uint64_t>{1};
                                })
        ->result;
  };
  const auto changed = [&](unsigned operand, unsigned port) {
    return [=](Pipeline& p) { look(p, port).operands[operand] = one(p); };
  };
  expect_refused(look_ups(false, 2), changed(2, 1), "inserts");
  expect_refused(look_ups(false, 2), changed(3, 2), "removes at the second port");
  expect_refused(look_ups(true, 1), changed(3, 1), "removes from an LRU map");
  expect_refused(
      look_ups(false, 2), [](Pipeline& p) { look(p, 2).port = 1; }, "at one port");
  expect_refused(
      look_ups(true, 1), [](Pipeline& p) { look(p, 1).latency = 4; }, "LRU: a clock more");
  expect_refused(
      look_ups(true, 1), [](Pipeline& p) { look(p, 1).stage = 0; }, "LRU: its access");
  expect_refused(look_ups(true, 1), changed(4, 1), "LRU: another stamp");
  EXPECT_THROW(emit_verilog(look_ups(true, 2), {"0", "test"}), Failure) << "LRU: two";
  const auto full = [](unsigned map) {
    return [=](Pipeline& p) {
      p.regions[0].interlocks.push_back(
          {.map = map, .distance = 1, .handles = {}, .when_full = true});
    };
  };
  Pipeline table = look_ups(false, 1);
  full(0)(table);
  EXPECT_NO_THROW(emit_verilog(table, {"0", "test"}));
  expect_refused(look_ups(false, 1), full(1), "full, and no table");
}

TEST(VerilogPipeline, AllOperations) {
  Pipeline p = all_operations();
  Simulation s(p);
  Case c{{}, {}, {{0, 0, 1}}};
  std::mt19937 rng(8);
  for (int i = 0; i < 300; ++i) {
    PacketIn in;
    in.bytes = random_bytes(rng, 800);
    if (i % 3 == 0)
      std::fill_n(in.bytes.begin() + 21, 19, 0); // small amounts of wide shifts
    if (i % 5 == 0)
      std::copy_n(in.bytes.begin(), 20, in.bytes.begin() + 20);
    c.packets.push_back(in);
  }
  check(p, s, c);
}

} // namespace
} // namespace pw::test
