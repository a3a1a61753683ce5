// The examples: which of them the card takes, and what it has against the others.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace pw::nfp {
namespace {

// Codes without PW-NFP-, of all programs of an object together.
const std::map<std::string, std::set<unsigned>> expected = {
    {"atomic_fetch", {140, 141, 150}},
    {"bpf_loop_sum", {150}},
    {"core", {}},
    {"count_protocols", {}},
    {"count_protocols_legacy", {126}},
    {"cpumap", {126, 150, 170}},
    {"ddos_filter", {126, 150, 177}},
    {"ddos_limiter", {107, 126, 150, 170, 177}},
    {"decap", {}},
    {"dnat", {126, 170}},
    {"drop_malformed", {126, 170}},
    {"drop_non_ipv4", {}},
    {"entropy", {122}},
    {"firewall", {129, 177}},
    {"flow_monitor", {126, 150, 170, 174}},
    {"global_counters", {177}},
    {"honeypot", {126, 150, 170}},
    {"icmp_echo", {150}},
    {"ids_bypass", {126, 158, 170, 177}},
    {"interarrival", {109, 110, 126, 150}},
    {"ip_options", {}},
    {"ipv6_extensions", {126, 170}},
    {"learning_bridge", {131, 150, 170}},
    {"load_balancer", {170, 177}},
    {"lpm_learn", {126, 150, 170, 171, 177}},
    {"lpm_router", {126, 150, 170, 171}},
    {"mac_swap", {}},
    {"meta", {131, 150}},
    {"nat", {126, 170, 177}},
    {"packet_length", {150, 177}},
    {"pad", {177}},
    {"parser_chain", {126, 162, 170}},
    {"per_cpu_stats", {126, 157, 170}},
    {"redirect_port", {131, 150, 177}},
    {"router", {126, 131, 150, 170, 171, 177}},
    {"sampler", {101, 126, 131, 150, 177}},
    {"set_dscp", {157}},
    {"several_programs", {}},
    {"subprograms", {}},
    {"tcp_mss", {177}},
    {"token_bucket", {107, 126, 150, 177}},
    {"trim", {177}},
    {"tunnel", {126, 170}},
    {"verdict_table", {}},
    {"vlan_pop", {}},
    {"vlan_push", {131, 177}},
    {"xsk_redirect", {131, 150, 170, 177}},
};

std::set<unsigned> refused(const std::filesystem::path& path) {
  const Object o = open_object(path);
  std::set<unsigned> out;
  for (const Program& p : o.programs)
    for (const Diagnostic& d : check_rules(o, p, {})) {
      EXPECT_NE(d.exit, Exit::Internal) << to_text(d);
      if (d.severity != Severity::Error)
        continue;
      EXPECT_TRUE(d.code.starts_with("PW-NFP-1")) << to_text(d);
      EXPECT_TRUE(d.location.known()) << to_text(d);
      out.insert(unsigned(std::stoul(d.code.substr(7))));
    }
  return out;
}

TEST(NfpExamples, AreRefusedForTheReasonsKnown) {
  const std::filesystem::path folder = std::string(PW_BINARY_DIR) + "/examples";
  for (const auto& [name, codes] : expected)
    EXPECT_EQ(refused(folder / (name + ".bpf.o")), codes) << name;
}

// Before v3, u32 variables are multiplied as 64 bits: the hash of `subprograms` by a negative
// constant.
TEST(NfpExamples, OfTheFirstInstructionSetsAreTakenAsOfTheThird) {
  const std::filesystem::path folder = std::string(PW_BINARY_DIR) + "/examples/variants";
  for (const auto& [name, codes] : expected)
    for (const char* cpu : {".v1", ".v2"})
      if (codes.empty()) {
        const std::set<unsigned> wide =
            name == "subprograms" ? std::set<unsigned>{107, 108} : std::set<unsigned>{};
        EXPECT_EQ(refused(folder / (name + cpu + ".bpf.o")), wide) << name << cpu;
      }
}

} // namespace
} // namespace pw::nfp
