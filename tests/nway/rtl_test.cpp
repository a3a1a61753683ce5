// The emitted Verilog against model and interpreter: packets, maps, and the clock of every packet,
// with and without back-pressure. Chosen examples: each takes a run of Verilator.
#include "tests/nway/contest.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::nway {
namespace {

using enum EngineKind;

std::vector<Subject> chosen() {
  static const std::vector<std::string> names = {
      "firewall", "tunnel",       "dnat",        "router",          "nat",
      "vlan_pop", "vlan_push",    "decap",       "set_dscp",        "trim",
      "pad",      "meta",         "ddos_filter", "count_protocols", "global_counters",
      "sampler",  "atomic_fetch", "lpm_router",  "tenants",         "recorder",
      "fib_router"};
  std::vector<Subject> subjects;
  for (const Subject& example : examples())
    if (std::ranges::find(names, example.name) != names.end())
      subjects.push_back(example);
  return subjects;
}

class Hardware : public testing::TestWithParam<Subject> {};

TEST_P(Hardware, AgreesToTheClock) {
  Contest contest(GetParam());
  ASSERT_EQ(contest.refusal(), "");
  std::vector<Packet> packets = example_packets(GetParam());
  for (auto more : {generated_packets(GetParam(), 2000), packets_of_lengths()})
    packets.insert(packets.end(), more.begin(), more.end());
  for (unsigned stall : {0u, 30u, 80u}) {
    contest.stall_percent = stall;
    contest.stall_seed = stall + 1;
    EXPECT_EQ(contest.differences({Interp, Model, Rtl}, packets), "") << stall << " % stalls";
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, Hardware, testing::ValuesIn(chosen()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace pw::nway
