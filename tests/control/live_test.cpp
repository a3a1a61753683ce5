// Operations of the host while packets flow, against a serial order: the interpreter does packets
// and operations one after another, in the order in which they came in.
#include "sim/traffic/traffic.h"
#include "support/control_format.h"
#include "tests/control/live.h"

#include <gtest/gtest.h>

namespace pw::test {
namespace {

struct Case {
  const char* example;
  unsigned operations;
  // With the host's value among those that may be written, a read-modify-write of the program takes
  // a clock more than there is.
  bool waits = false;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.example; }

std::vector<Packet> traffic_for(unsigned flows) {
  TrafficSpec spec = parse_traffic("size=64,count=2000");
  spec.flow_count = flows;
  return generate_traffic(spec);
}

class Live : public testing::TestWithParam<Case> {
protected:
  LiveProgram live_{PW_BINARY_DIR "/examples/" + std::string(GetParam().example) + ".bpf.o"};
};

void expect_equal(const Packet& packet, const PacketResult& a, const PacketResult& b,
                  std::size_t at) {
  ASSERT_FALSE(a.unsupported);
  ASSERT_EQ(a.retval, b.retval) << "packet " << at << (packet.operation ? ", an operation" : "");
  ASSERT_EQ(a.bytes, b.bytes) << "packet " << at << (packet.operation ? ", operation on map " : "")
                              << int(packet.bytes[control::map_at]);
  ASSERT_EQ(a.length, b.length) << "packet " << at;
  ASSERT_EQ(a.redirect, b.redirect) << "packet " << at;
}

constexpr std::size_t bus_bytes = 64;

std::uint64_t beats(std::size_t bytes) {
  return std::max<std::size_t>(1, (bytes + bus_bytes - 1) / bus_bytes);
}

// Clocks between the beats that went in, but for those of packets that waited for a map's sake. The
// bus itself holds up programs that make packets longer.
void expect_line_rate(const LiveProgram& live, const std::vector<Packet>& packets,
                      const std::vector<PacketResult>& results, const Engine& engine) {
  std::uint64_t taken = 0, held = 0;
  for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
    taken += beats(packets[i].bytes.size());
    if (beats(results[i].bytes.size()) > beats(packets[i].bytes.size()))
      return;
  }
  const auto by_map = engine.held_cycles();
  ASSERT_TRUE(by_map);
  for (const auto& [map, clocks] : *by_map)
    held += clocks;
  const std::uint64_t passed = *results.back().cycle_in - *results.front().cycle_in;
  EXPECT_GE(passed, taken);
  EXPECT_LE(passed, taken + held) << live.program->name;
}

TEST_P(Live, RandomOperationsAreAtomicAndNoneIsLost) {
  ASSERT_FALSE(live_.maps.empty());
  const auto packets =
      with_operations(live_, traffic_for(100), {GetParam().operations, 50, GetParam().operations});
  auto serial = live_.engine(EngineKind::Interp), pipeline = live_.engine(EngineKind::Model);
  const auto expected = serial->run(packets), got = pipeline->run(packets);
  ASSERT_EQ(expected.size(), got.size());
  for (std::size_t i = 0; i < packets.size() && !HasFatalFailure(); ++i)
    expect_equal(packets[i], expected[i], got[i], i);
  expect_line_rate(live_, packets, got, *pipeline);
  const MapState state = pipeline->maps();
  EXPECT_EQ(visible(live_, serial->maps()), visible(live_, state));
  expect_keys_listed(live_, state);
}

std::size_t interlocks(const pipeline::Pipeline& p) {
  std::size_t count = 0;
  for (const pipeline::Region& region : p.regions)
    count += region.interlocks.size();
  return count;
}

// What an operation does to a map is one access of it, as what a packet does.
TEST_P(Live, NoPacketWaitsThatDidNotWaitWithoutThem) {
  const Object object =
      open_object(PW_BINARY_DIR "/examples/" + std::string(GetParam().example) + ".bpf.o");
  const Compiled plain = compile_pipeline(object, lift_program(object, select_program(object, "")));
  EXPECT_EQ(interlocks(plain.pipeline) + GetParam().waits, interlocks(live_.compiled.pipeline));
}

INSTANTIATE_TEST_SUITE_P(
    Examples, Live,
    testing::Values(Case{"firewall", 100'000}, Case{"nat", 20'000}, Case{"token_bucket", 20'000},
                    Case{"ddos_limiter", 20'000, true}, Case{"count_protocols", 20'000},
                    Case{"learning_bridge", 20'000}, Case{"flow_monitor", 20'000},
                    Case{"dnat", 20'000}, Case{"global_counters", 20'000},
                    Case{"per_cpu_stats", 20'000}, Case{"load_balancer", 20'000},
                    Case{"router", 20'000}, Case{"tunnel", 20'000}, Case{"verdict_table", 20'000},
                    Case{"honeypot", 20'000}, Case{"interarrival", 20'000, true}),
    [](const auto& info) { return std::string(info.param.example); });

} // namespace
} // namespace pw::test
