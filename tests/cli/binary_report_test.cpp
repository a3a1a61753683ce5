// pipewright report, as a user sees it: the page's structure, and how Chromium renders it.
#include "tests/cli/subprocess.h"

#include <boost/property_tree/xml_parser.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string traffic = "packets=3000,size=imix,rate=80G";

std::string page_of(const std::string& name) {
  const Scratch scratch;
  const Outcome r =
      pipewright({"report", example(name), "-o", scratch.path("r.html"), "--traffic", traffic});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(scratch.names(), testing::ElementsAre("r.html"));
  return slurp(scratch.path("r.html"));
}

// What compares prefixes that packets change is logic, and no memory.
TEST(Report, ComparatorsOfPrefixesAreCounted) {
  const Scratch scratch;
  const Outcome r = pipewright({"report", example("lpm_learn"), "-o", scratch.path("r.html"),
                                "--traffic", traffic, "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  std::uint64_t luts = 0, registers = 0;
  const auto report = r.json();
  for (const auto& block : report.at("resources"))
    if (block.at("name").get<std::string>().starts_with("map "))
      luts += block.at("comparator_luts").get<std::uint64_t>(),
          registers += block.at("flip_flops").get<std::uint64_t>();
  EXPECT_GT(luts, 100u);
  EXPECT_GT(registers, 100u);
  EXPECT_THAT(slurp(scratch.path("r.html")), HasSubstr("LUTs of comparators"));
}

std::multiset<std::string> all_matches(const std::string& text, const std::string& pattern) {
  std::multiset<std::string> all;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
    all.insert((*at)[1]);
  return all;
}

class ReportOf : public testing::TestWithParam<const char*> {};

TEST_P(ReportOf, IsWellFormedAndTakesNothingFromTheNetwork) {
  const std::string html = page_of(GetParam());
  std::istringstream in(html);
  boost::property_tree::ptree tree;
  ASSERT_NO_THROW(boost::property_tree::read_xml(in, tree));
  for (const char* part : {"http:", "https:", "src=", "<script", "<link", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(part)));
  for (const char* id : {"summary", "pipeline", "source", "throughput", "latency", "components",
                         "resources", "maps", "diagnostics"})
    EXPECT_THAT(html, HasSubstr("<section id=\"" + std::string(id) + "\">"));
}

TEST_P(ReportOf, HasEveryPlottedNumberInATable) {
  const std::string html = page_of(GetParam());
  const auto cells = all_matches(html, "<td[^>]*>([^<]*)</td>");
  std::size_t points = 0;
  for (const char* pattern : {"data-x=\"([^\"]*)\"", "data-y=\"([^\"]*)\""})
    for (const std::string& value : all_matches(html, pattern)) {
      EXPECT_TRUE(cells.contains(value)) << value;
      ++points;
    }
  EXPECT_GE(points, 2 * (6 + 1 + 4u)); // sizes, intervals of latency, kinds of blocks
}

TEST_P(ReportOf, DrawsEveryStageAndMap) {
  const std::string html = page_of(GetParam());
  const Outcome data = pipewright(
      {"report", example(GetParam()), "--json", "--sizes", "64", "--traffic", "packets=100"});
  ASSERT_EQ(data.code, 0) << data.err;
  const auto json = data.json();
  const auto stages = all_matches(html, "class=\"title\"[^>]*>stage ([0-9]+)<");
  EXPECT_EQ(stages.size(), json["pipeline"]["stages"].get<std::size_t>());
  for (const auto& map : json["maps"])
    EXPECT_THAT(html, HasSubstr(">" + map["name"].get<std::string>() + "</text>"));
}

INSTANTIATE_TEST_SUITE_P(Examples, ReportOf,
                         testing::Values("firewall", "nat", "ids_bypass", "mac_swap",
                                         "learning_bridge"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Report, IsTheSameEveryTime) { EXPECT_EQ(page_of("firewall"), page_of("firewall")); }

TEST(Report, SaysWhatOthersPublishedOnlyAboutTheSameProgram) {
  EXPECT_THAT(page_of("firewall"), HasSubstr("OSDI 2020"));
  EXPECT_THAT(page_of("nat"), Not(HasSubstr("OSDI 2020")));
}

TEST(Report, GivesTheSameFiguresAsJson) {
  const Outcome r = pipewright({"report", example("firewall"), "--json", "--sizes", "1518,64,64",
                                "--traffic", "packets=500,rate=5G", "--port", "10G"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto json = r.json();
  ASSERT_EQ(json["sizes"].size(), 2u);
  EXPECT_EQ(json["sizes"][0]["bytes"], 64);
  EXPECT_NEAR(json["sizes"][0]["line_mpps"].get<double>(), 14.881, 0.001);
  EXPECT_NEAR(json["sizes"][0]["carried_mpps"].get<double>(), 14.881, 0.01);
  EXPECT_EQ(json["estimate"]["nic"]["port_gbps"], 10);
  EXPECT_EQ(json["pipeline"]["packets_per_clock"], 1.0);
  EXPECT_EQ(json["maps"][0]["name"], "flows");
}

// Only a tunnel with entries makes frames longer: two beats of the bus.
TEST(Report, FillsMapsFirst) {
  const std::string maps = std::string(PW_SOURCE_DIR) + "/examples/tunnel/maps.json";
  const auto rate = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"report", example("tunnel"), "--json",     "--sizes",
                                          "64",     "--traffic",       "packets=100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return pipewright(arguments).json()["pipeline"]["packets_per_clock"].get<double>();
  };
  EXPECT_EQ(rate({}), 1.0);
  EXPECT_LT(rate({"--maps", maps}), 0.9);
}

// 69 bytes are 65 without FCS: two beats of 64.
TEST(Report, HasTheWorstFrameOfTheBusAmongItsSizes) {
  EXPECT_THAT(page_of("mac_swap"), HasSubstr("data-x=\"69\""));
}

// Words instead of stages; everything of the card is there.
TEST(Report, IsAboutACardToo) {
  const Scratch scratch;
  const std::vector<std::string> command = {"report",
                                            example("count_protocols"),
                                            "--engine",
                                            "nfp",
                                            "-o",
                                            scratch.path("r.html"),
                                            "--sizes",
                                            "64,1518",
                                            "--traffic",
                                            "packets=2000,rate=10Mpps",
                                            "--json",
                                            "--card",
                                            std::string(PW_SOURCE_DIR) +
                                                "/docs/cards/agilio_cx_40g.json"};
  const Outcome r = pipewright(command);
  ASSERT_EQ(r.code, 0) << r.err;
  const std::string html = slurp(scratch.path("r.html"));
  std::istringstream in(html);
  boost::property_tree::ptree tree;
  ASSERT_NO_THROW(boost::property_tree::read_xml(in, tree));
  for (const char* id : {"summary", "engines", "source", "throughput", "latency", "components",
                         "resources", "maps", "diagnostics"})
    EXPECT_THAT(html, HasSubstr("<section id=\"" + std::string(id) + "\">"));
  EXPECT_THAT(html, HasSubstr("50 engines of 4 contexts at 800 MHz"));
  const auto json = r.json();
  EXPECT_EQ(json["estimate"]["nic"]["port_gbps"], 40);
  EXPECT_TRUE(json["pipeline"].is_null());
  unsigned words = 0;
  for (const auto& file : json["sources"])
    for (const auto& line : file["lines"])
      words += line["words"].get<unsigned>();
  EXPECT_GT(words, 10u);
  EXPECT_LE(words, json["micro_engines"]["words"].get<unsigned>());
  EXPECT_EQ(json["card"]["words"], json["micro_engines"]["words"]);
}

TEST(Report, IsAboutTheVerilogToo) {
  const auto figures = [](const std::string& engine) {
    const Outcome r = pipewright({"report", example("mac_swap"), "--engine", engine, "--json",
                                  "--sizes", "64", "--traffic", "packets=1000,rate=20G"});
    EXPECT_EQ(r.code, 0) << r.err;
    auto json = r.json();
    json["estimate"].erase("engine");
    return json;
  };
  EXPECT_EQ(figures("rtl"), figures("model"));
}

TEST(Report, RefusesBadInputAndLeavesThePageBeforeWhole) {
  const Scratch scratch;
  const std::string out = scratch.file("r.html", "before");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"-o", out, "--sizes", "0"}, "PW-IN-2"},
      {{"-o", out, "--sizes", "64,x"}, "PW-OPT-001"},
      {{"-o", out, "--port", "50G"}, "PW-NIC-001"},
      {{"-o", out, "--host-rate", "1e-9"}, "PW-NIC-003"},
      {{"-o", out, "--engine", "fast"}, "PW-OPT-001"},
      {{"-o", out, "--card", scratch.path("none.json")}, "PW-NIC-006"},
      {{"-o", out, "--traffic", "speed=3"}, "PW-IN-201"},
      {{"-o", out, "--traffic", "packets=0"}, "PW-NIC-005"},
      {{"-o", out, "--maps", scratch.path("none.json")}, "PW-IN-1"},
      {{"-o", out, "--device", "xcu999"}, "PW-DEV-003"},
      {{"-o", scratch.path("no/such/folder/r.html")}, "PW-OPT-002"},
      {{}, "PW-OPT-001"},
  };
  for (auto [arguments, code] : cases) {
    arguments.insert(arguments.begin(), {"report", example("mac_swap")});
    const Outcome r = pipewright(arguments);
    EXPECT_EQ(r.code, 1) << code;
    EXPECT_NE(r.err.find(code), std::string::npos) << code << ": " << r.err;
    EXPECT_EQ(slurp(out), "before") << code;
  }
  EXPECT_THAT(scratch.names(), testing::ElementsAre("r.html"));
}

bool has_chromium() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

// The picture and what the browser says meanwhile.
std::pair<std::string, std::string> rendered(const Scratch& scratch, const std::string& page,
                                             bool dark) {
  const std::string png = scratch.path(dark ? "dark.png" : "light.png");
  const std::string log = scratch.path("log");
  const std::string command =
      "timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "
      "--enable-logging=stderr --window-size=1200,2400 --user-data-dir=" +
      scratch.path("profile") + " --blink-settings=preferredColorScheme=" + (dark ? "0" : "1") +
      " --screenshot=" + png + " file://" + page + " >" + log + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << slurp(log);
  return {slurp(png), slurp(log)};
}

TEST(ReportInChromium, IsRenderedInLightAndDark) {
  if (!has_chromium())
    GTEST_SKIP() << "chromium is not installed";
  const Scratch scratch;
  const std::string page = scratch.file("r.html", page_of("firewall"));
  const auto [light, light_log] = rendered(scratch, page, false);
  const auto [dark, dark_log] = rendered(scratch, page, true);
  for (const std::string& picture : {light, dark}) {
    EXPECT_EQ(picture.substr(1, 3), "PNG");
    EXPECT_GT(picture.size(), 100'000u); // an empty page of that size takes a tenth
  }
  EXPECT_NE(light, dark);
  EXPECT_THAT(light_log + dark_log, Not(HasSubstr("CONSOLE")));
}

} // namespace
} // namespace pw::cli_test
