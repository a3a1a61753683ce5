// pipewright estimate, as a user sees it.
#include "tests/cli/subprocess.h"

#include <gtest/gtest.h>

#include <set>

namespace pw::cli_test {
namespace {

using Json = nlohmann::json;

const std::string traffic = "packets=2000,size=imix,flows=zipf:1.1:1000,rate=50G,seed=9";

std::vector<std::string> command(const std::string& name, std::vector<std::string> more) {
  more.insert(more.begin(), {"estimate", example(name)});
  return more;
}

// As much of JSON Schema as docs/estimate.schema.json uses.
class Schema {
public:
  Schema() : root_(Json::parse(slurp(std::string(PW_SOURCE_DIR) + "/docs/estimate.schema.json"))) {}

  std::string check(const Json& value) const { return check(root_, value, "$"); }

private:
  static bool is(const Json& value, const std::string& type) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "boolean" ? value.is_boolean()
           : type == "integer" ? value.is_number_integer()
           : type == "number"  ? value.is_number()
                               : value.is_null();
  }

  std::string check(const Json& schema, const Json& value, const std::string& at) const {
    if (schema.contains("$ref"))
      return check(root_.at("$defs").at(schema["$ref"].get<std::string>().substr(8)), value, at);
    if (schema.contains("const") && schema["const"] != value)
      return at + " is not the constant";
    if (schema.contains("enum"))
      return std::ranges::count(schema["enum"], value) == 1 ? "" : at + " is none of its values";
    if (schema.contains("type")) {
      const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
      bool good = false;
      for (const Json& type : types)
        good = good || is(value, type.get<std::string>());
      if (!good)
        return at + " has the wrong type";
    }
    return value.is_object() ? object(schema, value, at) : array(schema, value, at);
  }

  std::string object(const Json& schema, const Json& value, const std::string& at) const {
    if (!schema.contains("properties"))
      return "";
    for (const Json& key : schema["required"])
      if (!value.contains(key.get<std::string>()))
        return at + " has no " + key.get<std::string>();
    for (const auto& [key, part] : value.items()) {
      if (!schema["properties"].contains(key))
        return at + " has an unknown " + key;
      if (std::string wrong = check(schema["properties"][key], part, at + "." + key);
          !wrong.empty())
        return wrong;
    }
    return "";
  }

  std::string array(const Json& schema, const Json& value, const std::string& at) const {
    if (value.is_array())
      for (const Json& item : value)
        if (std::string wrong = check(schema["items"], item, at + "[]"); !wrong.empty())
          return wrong;
    return "";
  }

  Json root_;
};

TEST(Estimate, GivesJsonAsTheSchemaSaysTheSameEveryTime) {
  const auto arguments = command("firewall", {"--traffic", traffic, "--json"});
  const Outcome first = pipewright(arguments);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(Schema().check(first.json()), "");
  EXPECT_EQ(pipewright(arguments).out, first.out);
  EXPECT_EQ(first.json()["traffic"]["seed"], 9);
  EXPECT_EQ(first.json()["offered"]["frames"], 2000);
  Json broken = first.json();
  broken["lost"].erase("share");
  EXPECT_NE(Schema().check(broken), "");
}

TEST(Estimate, AnswersForACardToo) {
  const Outcome r =
      pipewright(command("count_protocols", {"--engine", "nfp", "--traffic", "packets=2000",
                                             "--no-search", "--json"}));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(Schema().check(r.json()), "");
  EXPECT_TRUE(r.json()["pipeline"].is_null());
  EXPECT_TRUE(r.json()["lossless"].is_null());
  EXPECT_EQ(r.json()["card"]["engines"], 50);
}

// One unit of external memory, and additions that keep it busy for a long time.
TEST(Estimate, SaysThatAMemoryIsTheLimitOfACard) {
  const Scratch scratch;
  const std::string card =
      scratch.file("card.json", R"({"memory_units": {"ctm_units": 5, "ctm_command_clocks": 1,
      "ctm_bytes_per_clock": 8, "emem_units": 1, "emem_command_clocks": 2, "emem_bytes_per_clock": 8,
      "emem_atomic_clocks": 300}})");
  const Outcome r =
      pipewright(command("count_protocols", {"--engine", "nfp", "--card", card, "--traffic",
                                             "packets=12000,rate=20Mpps", "--no-search"}));
  ASSERT_EQ(r.code, 0) << r.err;
  for (const char* part :
       {"bottleneck: packets are lost at the receive buffer: external memory busy",
        "clocks each for the unit they belong to", "in front of memory units"})
    EXPECT_NE(r.out.find(part), std::string::npos) << part << r.out;
}

TEST(Estimate, HoldsTheSenderByPauseFrames) {
  const std::vector<std::string> slow = {"--traffic", "packets=20k,size=64", "--clock", "100MHz",
                                         "--pause",   "--search-packets",    "5000"};
  const Outcome text = pipewright(command("mac_swap", slow));
  ASSERT_EQ(text.code, 0) << text.err;
  for (const char* part : {"lost     nothing", "paused   the sender, for ", "(802.3x)",
                           "bottleneck: nothing is lost, but pause frames hold the sender for"})
    EXPECT_NE(text.out.find(part), std::string::npos) << part << text.out;
  std::vector<std::string> more = slow;
  more.insert(more.end(), {"--host-tx", "5", "--json"});
  const Outcome json = pipewright(command("mac_swap", more));
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(Schema().check(json.json()), "");
  EXPECT_EQ(json.json()["lost"]["frames"], 0);
  EXPECT_GT(json.json()["paused"].get<double>(), 0.1);
  EXPECT_NEAR(json.json()["lossless"]["mpps"].get<double>(), 100, 1);
}

TEST(Estimate, SaysInWordsWhereTheLimitIs) {
  const Outcome r = pipewright(command("mac_swap", {"--traffic", "packets=20k,size=64", "--clock",
                                                    "100MHz", "--search-packets", "5000"}));
  ASSERT_EQ(r.code, 0) << r.err;
  for (const char* part : {"offered  20000 packets, 148.810 Mpps", "at the receive buffer",
                           "XDP_TX", "without loss up to 9", "bottleneck: packets are lost"})
    EXPECT_NE(r.out.find(part), std::string::npos) << part << r.out;
}

TEST(Estimate, TakesACaptureAtItsTimesOrAtARate) {
  const Scratch scratch;
  const std::string in = scratch.path("in.pcap");
  ASSERT_EQ(pipewright({"traffic", "count=500,size=64,rate=1Mpps", "-o", in}).code, 0);
  const auto mpps = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--in", in, "--no-search", "--json"});
    return pipewright(command("mac_swap", more)).json()["offered"]["mpps"].get<double>();
  };
  EXPECT_NEAR(mpps({}), 1, 1e-6);
  EXPECT_DOUBLE_EQ(mpps({"--rate", "20Mpps"}), 20);
  EXPECT_NEAR(mpps({"--rate", "line", "--port", "10G"}), 14.88, 0.01);
}

TEST(Estimate, WritesItsResultToAFile) {
  const Scratch scratch;
  const std::string out = scratch.path("r.json");
  const auto with = [&](const std::string& file) {
    return pipewright(
        command("mac_swap", {"--traffic", "packets=100", "--no-search", "--json", "-o", file}));
  };
  ASSERT_EQ(with(out).code, 0);
  EXPECT_EQ(Json::parse(slurp(out))["program"], "mac_swap");
  EXPECT_NE(with(scratch.path("no/such/folder/r.json")).err.find("PW-OPT-002"), std::string::npos);
}

TEST(Estimate, RefusesBadInput) {
  const Scratch scratch;
  const std::string empty = scratch.path("empty.pcap");
  ASSERT_EQ(pipewright({"traffic", "count=0", "-o", empty}).code, 0);
  const std::string card = scratch.file("card.json", R"({"host": {"queues": 2}})");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--port", "50G"}, "PW-NIC-001"},
      {{"--pcie", "gen4x5"}, "PW-NIC-002"},
      {{"--queues", "0"}, "PW-NIC-003"},
      {{"--host-rate", "-1"}, "PW-NIC-003"},
      {{"--host-rate", "1e-9"}, "PW-NIC-003"},
      {{"--host-tx", "101"}, "PW-NIC-003"},
      {{"--search-packets", "0"}, "PW-NIC-003"},
      {{"--traffic", "rate=101G"}, "PW-NIC-004"},
      {{"--traffic", "size=imix,rate=40Mpps"}, "PW-NIC-004"},
      {{"--in", empty}, "PW-NIC-005"},
      {{"--traffic", "packets=0"}, "PW-NIC-005"},
      {{"--card", scratch.path("none.json")}, "PW-NIC-006"},
      {{"--card", card}, "PW-NIC-007"},
      {{"--device", "xcu999"}, "PW-DEV-003"},
      {{"--traffic", "speed=3"}, "PW-IN-201"},
      {{"--in", empty, "--traffic", "size=64"}, "PW-OPT-011"},
      {{"--rate", "10G"}, "PW-OPT-011"},
      {{"--search-packets", "4294967296"}, "PW-OPT-001"},
  };
  for (const auto& [arguments, code] : cases) {
    const Outcome r = pipewright(command("mac_swap", arguments));
    EXPECT_EQ(r.code, 1) << code;
    EXPECT_NE(r.err.find(code), std::string::npos) << code << ": " << r.err;
  }
}

} // namespace
} // namespace pw::cli_test
