// Program arrays on the command line: --slot, map files, and what check says of them.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

std::string capture() { return PW_SOURCE_DIR "/examples/parser_chain/traffic.pcap"; }

// Packets by enum kind of the example: NOT_IP, TCP, UDP, ICMP, OTHER_PROTOCOL, ...
std::vector<unsigned> counters(const std::string& dump) {
  std::vector<unsigned> all;
  const auto j = nlohmann::json::parse(slurp(dump));
  for (const auto& entry : j.at("counters"))
    all.push_back(unsigned(
        std::stoul(entry.at("values").at(0).at("value").at(0).get<std::string>(), nullptr, 16)));
  return all;
}

std::vector<unsigned> count(const std::string& engine, std::vector<std::string> options) {
  const Scratch scratch;
  std::vector<std::string> line = {
      "run",     example("parser_chain"), "--engine",       engine, "--in",
      capture(), "--dump-maps",           scratch.path("m")};
  line.insert(line.end(), options.begin(), options.end());
  const Outcome o = pipewright(line);
  EXPECT_EQ(o.code, 0) << o.err;
  return o.code == 0 ? counters(scratch.path("m")) : std::vector<unsigned>(8);
}

TEST(Slots, CheckSaysWhatTheyLeadTo) {
  const Outcome o = pipewright({"check", example("parser_chain"), "-n", "parser_chain"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("tail calls by layer3: 0 parse_vlan, 1 parse_ip4, 2 parse_ip6"));
  const auto j = pipewright({"check", example("parser_chain"), "-n", "parser_chain", "--slot",
                             "layer4:17=", "--slot", "layer4:132=parse_udp", "--json"})
                     .json();
  EXPECT_FALSE(j.at("slots").at("layer4").contains("17"));
  EXPECT_EQ(j.at("slots").at("layer4").at("132"), "parse_udp");
}

// What can't be written in JSON is no name, and never the end of the output.
TEST(Slots, NamesAreText) {
  for (const std::string slot : {"layer4:17=\xff", "layer\xff:17=parse_udp"}) {
    const Outcome o = pipewright(
        {"check", example("parser_chain"), "-n", "parser_chain", "--slot", slot, "--json"});
    EXPECT_NE(o.code, 0);
    EXPECT_EQ(o.json().at("diagnostics").at(0).at("code"), "PW-TAIL-006") << o.out;
  }
  const Outcome o = pipewright({"check", "\xff.o", "--json"});
  EXPECT_EQ(o.json().at("diagnostics").at(0).at("code"), "PW-OBJ-001") << o.out;
}

TEST(Slots, EveryProgramOfAChainIsOneByItself) {
  const Outcome o = pipewright({"check", example("parser_chain"), "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  ASSERT_EQ(j.size(), 7u);
  for (const auto& program : j)
    EXPECT_EQ(program.at("accepted"), true) << program.dump();
}

TEST(Slots, CanBeGivenAndTakenOnTheCommandLine) {
  for (const std::string engine : {"interp", "model"}) {
    const auto before = count(engine, {});
    const auto after = count(
        engine, {"-n", "parser_chain", "--slot", "layer4:17=", "--slot", "layer4:132=parse_icmp"});
    EXPECT_GT(before[2], 0u) << engine;
    EXPECT_EQ(after[2], 0u) << engine;
    EXPECT_EQ(after[3], before[3] + 1) << engine << ": the packet of protocol 132";
    EXPECT_GT(after[4], before[4]) << engine;
  }
}

TEST(Slots, OfAMapFileAreCompiledAndDumped) {
  const Scratch scratch;
  const std::string maps = scratch.file("maps.json", R"({"layer4": [
      {"key": 6, "program": "parse_tcp"}, {"key": 132, "program": "parse_icmp"}]})");
  for (const std::string engine : {"interp", "model"}) {
    const auto counted = count(engine, {"--maps", maps});
    EXPECT_GT(counted[1], 0u) << engine;
    EXPECT_EQ(counted[2], 0u) << engine;
    EXPECT_EQ(counted[3], 1u) << engine;
  }
  const Outcome o = pipewright({"run", example("parser_chain"), "--engine", "model", "--in",
                                capture(), "--maps", maps, "--dump-maps", scratch.path("after")});
  ASSERT_EQ(o.code, 0) << o.err;
  const auto after = nlohmann::json::parse(slurp(scratch.path("after")));
  ASSERT_EQ(after.at("layer4").size(), 2u);
  EXPECT_EQ(after.at("layer4").at(1).at("program"), "parse_icmp");
  EXPECT_EQ(after.at("layer3").size(), 3u) << "not in the file: as the object says";
}

TEST(Slots, ThatAreWrongAreNamed) {
  const Outcome o = pipewright(
      {"check", example("parser_chain"), "-n", "parser_chain", "--slot", "layer3:8=parse_ip4"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-TAIL-006"));
  EXPECT_THAT(o.err, HasSubstr("slots 0 to 7"));
  const Outcome form = pipewright({"check", example("parser_chain"), "--slot", "layer3"});
  EXPECT_EQ(form.code, 1);
  EXPECT_THAT(form.err, HasSubstr("PW-OPT-001"));
}

TEST(Slots, InACircleAreRefusedWithThePath) {
  const Outcome o = pipewright(
      {"check", example("parser_chain"), "-n", "parser_chain", "--slot", "layer3:1=parse_vlan"});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, HasSubstr("PW-TAIL-004"));
  EXPECT_THAT(o.err, HasSubstr("parse_vlan -> parse_vlan"));
}

} // namespace
} // namespace pw::cli_test
