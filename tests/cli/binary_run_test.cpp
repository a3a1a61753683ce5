// pipewright run.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string input(const std::string& example, const std::string& file) {
  return PW_SOURCE_DIR "/examples/" + example + "/" + file;
}

std::vector<std::string> run_line(const std::string& name, const std::string& engine,
                                  std::vector<std::string> more = {}) {
  std::vector<std::string> line = {"run",  example(name), "--engine",
                                   engine, "--in",        input(name, "traffic.pcap")};
  line.insert(line.end(), more.begin(), more.end());
  return line;
}

TEST(Run, JsonOfAnUntimedEngine) {
  const Outcome o = pipewright(
      run_line("firewall", "interp", {"--maps", input("firewall", "maps.json"), "--json"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("engine"), "interp");
  EXPECT_EQ(j.at("cycles"), nullptr);
  EXPECT_EQ(j.at("held"), nullptr);
  ASSERT_FALSE(j.at("packets").empty());
  std::size_t index = 0;
  for (const auto& p : j.at("packets")) {
    EXPECT_EQ(p.at("index"), index++);
    EXPECT_THAT(p.at("verdict").get<std::string>(), testing::StartsWith("XDP_"));
    EXPECT_TRUE(p.at("retval").is_number_unsigned());
    EXPECT_TRUE(p.at("length").is_number_unsigned());
    EXPECT_EQ(p.at("redirect"), nullptr);
    EXPECT_EQ(p.at("cycle_in"), nullptr);
    EXPECT_EQ(p.at("cycle_out"), nullptr);
  }
}

// A line for each event, in the order of packets: the record, and the packet's bytes behind it.
TEST(Run, EventsAreLinesOfJson) {
  const std::string file = testing::TempDir() + "/events.jsonl";
  const Outcome o = pipewright(run_line("header_sampler", "model", {"--events", file, "--json"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const auto packets = o.json().at("packets");
  std::ifstream in(file);
  std::string line;
  std::size_t count = 0;
  for (; std::getline(in, line); ++count) {
    const auto event = nlohmann::json::parse(line);
    EXPECT_EQ(event.at("packet"), count);
    EXPECT_EQ(event.at("map"), "samples");
    EXPECT_TRUE(event.at("time_ns").is_number_unsigned());
    const std::size_t copied =
        std::min<std::size_t>(96, packets.at(count).at("length").get<std::size_t>());
    EXPECT_EQ(event.at("bytes").get<std::string>().size(), 2 * (24 + copied));
    EXPECT_EQ(packets.at(count).at("events").at(0).at("bytes"), event.at("bytes"));
  }
  EXPECT_EQ(count, packets.size());
}

// Without routes nothing is forwarded; with them packets leave by the interfaces of the host.
TEST(Run, RoutesOfTheHost) {
  const auto targets = [](const Outcome& o) {
    std::set<std::uint32_t> interfaces;
    const auto j = o.json();
    for (const auto& p : j.at("packets"))
      if (p.at("verdict") == "XDP_REDIRECT")
        interfaces.insert(p.at("redirect").at("ifindex").get<std::uint32_t>());
    return interfaces;
  };
  const std::string routes = input("fib_router", "routes.json");
  for (const char* engine : {"interp", "model"}) {
    const Outcome none = pipewright(run_line("fib_router", engine, {"--json"}));
    ASSERT_EQ(none.code, 0) << none.err;
    EXPECT_THAT(targets(none), IsEmpty());
    const Outcome some = pipewright(
        run_line("fib_router", engine, {"--routes", routes, "--ifindex", "2", "--json"}));
    ASSERT_EQ(some.code, 0) << some.err;
    EXPECT_EQ(targets(some), (std::set<std::uint32_t>{2, 3, 4}));
  }
  const Outcome small =
      pipewright(run_line("fib_router", "model", {"--routes", routes, "--entries", ".fib4=4"}));
  EXPECT_EQ(small.code, 1);
  EXPECT_THAT(small.err, HasSubstr("PW-IN-306"));
  const Outcome elsewhere =
      pipewright(run_line("fib_router", "interp", {"--routes", routes, "--ifindex", "9"}));
  EXPECT_EQ(elsewhere.code, 1);
  EXPECT_THAT(elsewhere.err, HasSubstr("2 eth0"));
}

TEST(Run, JsonOfATimedEngine) {
  const Outcome o = pipewright(run_line("mac_swap", "model", {"--json"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_GT(j.at("cycles").get<std::uint64_t>(), 0u);
  EXPECT_TRUE(j.at("held").is_object());
  std::uint64_t last = 0;
  for (const auto& p : j.at("packets")) {
    EXPECT_GE(p.at("cycle_in").get<std::uint64_t>(), last);
    EXPECT_GT(p.at("cycle_out").get<std::uint64_t>(), p.at("cycle_in").get<std::uint64_t>());
    last = p.at("cycle_in");
  }
}

TEST(Run, RedirectsNameTheirTarget) {
  const Outcome o = pipewright(run_line("redirect_port", "interp",
                                        {"--maps", input("redirect_port", "maps.json"), "--json"}));
  ASSERT_EQ(o.code, 0) << o.err;
  std::size_t redirected = 0;
  const auto j = o.json();
  for (const auto& p : j.at("packets"))
    if (p.at("verdict") == "XDP_REDIRECT") {
      ++redirected;
      for (const char* part : {"map", "key", "ifindex", "flags"})
        EXPECT_TRUE(p.at("redirect").contains(part)) << part;
    }
  EXPECT_GT(redirected, 0u);
}

TEST(Run, TextCountsVerdictsAndListsPackets) {
  const Outcome o =
      pipewright(run_line("firewall", "model", {"--maps", input("firewall", "maps.json")}));
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* expected :
       {"XDP_PASS", "XDP_DROP", "packets per clock", "Mpps", "latency", "clock in"})
    EXPECT_THAT(o.out, HasSubstr(expected));
}

TEST(Run, WritesPacketsAndMaps) {
  const Scratch scratch;
  const Outcome o =
      pipewright(run_line("firewall", "interp",
                          {"--maps", input("firewall", "maps.json"), "--out",
                           scratch.path("out.pcap"), "--dump-maps", scratch.path("maps.json")}));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_GT(slurp(scratch.path("out.pcap")).size(), 24u);
  const auto maps = nlohmann::json::parse(slurp(scratch.path("maps.json")));
  ASSERT_TRUE(maps.contains("flows"));
  EXPECT_TRUE(maps["flows"].at(0).contains("key"));
  EXPECT_TRUE(maps["flows"].at(0).contains("value"));
  // What was dumped can be read again.
  EXPECT_EQ(pipewright(run_line("firewall", "interp", {"--maps", scratch.path("maps.json")})).code,
            0);
}

TEST(Run, UnknownEngine) {
  const Outcome o = pipewright(run_line("mac_swap", "fpga"));
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-OPT-004"));
}

TEST(Run, WaveformNeedsSignals) {
  const Scratch scratch;
  const Outcome o = pipewright(run_line("mac_swap", "interp", {"--trace", scratch.path("w.fst")}));
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-OPT-006"));
}

TEST(Run, SeveralProgramsNeedAName) {
  EXPECT_EQ(pipewright(run_line("several_programs", "interp")).code, 1);
  EXPECT_EQ(pipewright(run_line("several_programs", "interp", {"-n", "drop_broadcast"})).code, 0);
}

TEST(Run, MalformedCaptures) {
  const Scratch scratch;
  const std::string good = slurp(input("mac_swap", "traffic.pcap"));
  const std::vector<std::string> bad = {"", "not a capture", good.substr(0, 10),
                                        good.substr(0, 20) + "\x7f"};
  for (const std::string& text : bad) {
    const std::string in = scratch.file("in.pcap", text);
    const Outcome o = pipewright({"run", example("mac_swap"), "--engine", "interp", "--in", in});
    EXPECT_EQ(o.code, 1) << text.size();
    EXPECT_THAT(o.err, HasSubstr("error: [PW-IN-0")) << text.size();
  }
  EXPECT_EQ(
      pipewright({"run", example("mac_swap"), "--engine", "interp", "--in", "/nonexistent.pcap"})
          .code,
      1);
}

TEST(Run, CaptureOfAnotherLinkType) {
  const Scratch scratch;
  std::string wlan = slurp(input("mac_swap", "traffic.pcap"));
  wlan[20] = 105; // LINKTYPE_IEEE802_11
  const Outcome o = pipewright(
      {"run", example("mac_swap"), "--engine", "interp", "--in", scratch.file("in.pcap", wlan)});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-IN-003"));
}

TEST(Run, CaptureWithoutPackets) {
  const Scratch scratch;
  const std::string header = slurp(input("mac_swap", "traffic.pcap")).substr(0, 24);
  const Outcome o = pipewright({"run", example("mac_swap"), "--engine", "interp", "--in",
                                scratch.file("in.pcap", header), "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_TRUE(o.json().at("packets").empty());
  EXPECT_EQ(o.json().at("diagnostics").at(0).at("code"), "PW-NIC-005");
  const Outcome diff = pipewright({"diff", example("mac_swap"), "--engines", "interp,model", "--in",
                                   scratch.file("in.pcap", header)});
  EXPECT_EQ(diff.code, 1) << "nothing was compared";
  EXPECT_THAT(diff.err, HasSubstr("PW-NIC-005"));
}

TEST(Run, MalformedMapFiles) {
  const Scratch scratch;
  for (const char* text :
       {"", "{", "[]", "{\"nothing\":[]}", "{\"flows\":7}", "{\"flows\":[{}]}",
        "{\"flows\":[{\"key\":[\"0x01\"],\"value\":[]}]}", "{\"flows\":[{\"key\":\"x\"}]}"}) {
    const Outcome o =
        pipewright(run_line("firewall", "interp", {"--maps", scratch.file("m.json", text)}));
    EXPECT_EQ(o.code, 1) << text;
    EXPECT_THAT(o.err, HasSubstr("error: [PW-IN-1")) << text;
  }
}

TEST(Run, OutputsThatCannotBeWrittenAreFoundFirst) {
  const Scratch scratch;
  for (const char* option : {"--out", "--dump-maps", "--trace"}) {
    const Outcome o = pipewright(run_line("mac_swap", "rtl", {option, "/nonexistent/file"}));
    EXPECT_EQ(o.code, 1) << option;
    EXPECT_THAT(o.err, HasSubstr("PW-OPT-002")) << option;
  }
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(RunOnTheCard, TellsClocksAndPacketsPerSecond) {
  const Outcome text = pipewright(run_line("mac_swap", "nfp"));
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, testing::HasSubstr("clocks per packet   mean "));
  EXPECT_THAT(text.out, testing::HasSubstr("50 engines of 4 contexts at 800 MHz"));
  const auto card = pipewright(run_line("mac_swap", "nfp", {"--json"})).json().at("card");
  EXPECT_GT(card.at("clocks").at("mean").get<double>(), 100) << "it waits for packet data";
  EXPECT_GT(card.at("estimate").at("packets_per_second"),
            card.at("estimate").at("with_firmware_per_second"));
}

TEST(RunOnTheCard, AgreesWithTheInterpreter) {
  const Outcome o = pipewright({"diff", example("firewall"), "--engines", "interp,nfp", "--in",
                                input("firewall", "traffic.pcap")});
  EXPECT_EQ(o.code, 0) << o.out << o.err;
}

} // namespace
} // namespace pw::cli_test
