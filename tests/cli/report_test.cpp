// The pieces of `pipewright report`: escaping, axes, and a page of a pipeline whose names are as
// bad as names can be.
#include "cli/report/draw.h"
#include "cli/report/html.h"
#include "cli/report/ticks.h"

#include <boost/property_tree/xml_parser.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace pw::cli::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ReportHtml, EscapesWhatMarkupIsMadeOf) {
  EXPECT_EQ(escape("if (a < b && c > \"d\" + 'e')"),
            "if (a &lt; b &amp;&amp; c &gt; &quot;d&quot; + &#39;e&#39;)");
  EXPECT_EQ(escape("tab\tline\n"), "tab\tline\n");
}

TEST(ReportHtml, ReplacesWhatIsNoCharacter) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(escape(std::string_view("a\0b", 3)), "a" + bad + "b");
  EXPECT_EQ(escape("\x1B[31m"), bad + "[31m");
  EXPECT_EQ(escape("\xC3\xA4\xE2\x82\xAC"), "\xC3\xA4\xE2\x82\xAC"); // as it is
  EXPECT_EQ(escape("\xC3"), bad);                                    // cut off
  EXPECT_EQ(escape("\xC0\xAF"), bad + bad);                          // overlong
  EXPECT_EQ(escape("\xED\xA0\x80"), bad + bad + bad);                // a surrogate
}

TEST(ReportHtml, ShortensByCharactersNotBytes) {
  EXPECT_EQ(shortened("abcd", 4), "abcd");
  EXPECT_EQ(shortened("abcde", 4), "abc\xE2\x80\xA6");
  EXPECT_EQ(shortened("\xC3\xA4\xC3\xA4\xC3\xA4", 2), "\xC3\xA4\xE2\x80\xA6");
}

TEST(ReportTicks, AreRoundNumbersThatCoverTheValues) {
  EXPECT_THAT(linear_ticks(148.8), ElementsAre(0, 50, 100, 150));
  EXPECT_THAT(linear_ticks(6), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(log_ticks(150, 900), ElementsAre(100, 200, 500, 1000));
  EXPECT_THAT(log_ticks(20, 20), ElementsAre(20, 50));
}

TEST(ReportTicks, CoverValuesOfEverySize) {
  for (double most = 1e-6; most < 1e12; most *= 1.37) {
    const std::vector<double> linear = linear_ticks(most);
    EXPECT_GE(linear.back(), most * (1 - 1e-6)) << most;
    EXPECT_LE(linear.size(), 7u) << most;
    EXPECT_GE(linear.size(), 3u) << most;
    const std::vector<double> log = log_ticks(most, most * 40);
    EXPECT_LE(log.front(), most * (1 + 1e-6)) << most;
    EXPECT_GE(log.back(), most * 40 * (1 - 1e-6)) << most;
    EXPECT_LE(log.size(), 12u) << most;
    EXPECT_TRUE(std::ranges::is_sorted(log)) << most;
  }
}

TEST(ReportTicks, AreShortTexts) {
  EXPECT_EQ(tick_text(0), "0");
  EXPECT_EQ(tick_text(0.05), "0.05");
  EXPECT_EQ(tick_text(1500), "1500");
  EXPECT_EQ(tick_text(20'000), "20k");
  EXPECT_EQ(tick_text(1'500'000), "1.5M");
}

constexpr const char* bad_name = "<script>alert(\"&'1\")</script>\x01";

// One stage with a comparison and a map behind an interlock; the source is nowhere to be read.
pipeline::Pipeline small() {
  using namespace pipeline;
  Pipeline p;
  p.name = bad_name;
  p.device = "xcu50";
  p.window_bytes = 16;
  p.stages = 2;
  p.regions = {{0, 1, 0, {{0, 1, {}}}}};
  p.maps = {Map{.name = bad_name,
                .key_bytes = 4,
                .value_bytes = 8,
                .max_entries = 4096,
                .slots = 4096,
                .columns = {Column{.bytes = 8}}}};
  p.values = {{16, 0, 1, ""}, {1, 1, 1, ""}, {32, 0, 1, ""}};
  Operation field, compare, verdict;
  field.kind = OpKind::PacketField;
  field.result = 0;
  field.location = {"/no/such/file<.c", 7, 1, "  if (a < b && \"c\")"};
  compare.kind = OpKind::Compare;
  compare.operands = {0, 0};
  compare.result = 1;
  compare.stage = 1;
  compare.location = {"/no/such/file<.c", 9, 1, "}"};
  verdict.kind = OpKind::Constant;
  verdict.result = 2;
  verdict.constant = {32, {2}};
  p.operations = {field, compare, verdict};
  p.result.retval = 2;
  return p;
}

ReportFigures figures(const pipeline::Pipeline& p) {
  ReportFigures f;
  f.pipeline = &p;
  f.object = bad_name;
  f.stages = describe(p);
  f.sources = source_texts(p, "/no/such/prog.o");
  f.device = *device_named("xcu50");
  f.maps = map_figures(p);
  f.estimate.program = bad_name;
  f.estimate.run.latency = {3, 10, 20, 20, 30, 30, 30, {{10, 11, 1}, {20, 21, 1}, {30, 31, 1}}};
  f.sizes = {{64, 148.81, 120, 80.6, 0.19, 500, 600}, {1518, 8.127, 8.127, 100, 0, 700, 800}};
  f.blocks = {{"memory", "", 0, 0, 12, 0}};
  f.peers = peers_of("firewall");
  f.warnings = {diagnose("PW-IR-001", bad_name)};
  return f;
}

TEST(ReportPage, IsWellFormedWhateverTheNames) {
  const pipeline::Pipeline p = small();
  const std::string html = page(figures(p));
  std::istringstream in(html);
  boost::property_tree::ptree tree;
  ASSERT_NO_THROW(boost::property_tree::read_xml(in, tree));
  EXPECT_TRUE(tree.get_child_optional("html.body.section"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, HasSubstr("if (a &lt; b &amp;&amp; &quot;c&quot;)"));
}

TEST(ReportPage, ShowsAnInterlockAndWhoWaits) {
  const pipeline::Pipeline p = small();
  const std::string html = page(figures(p));
  EXPECT_THAT(html, HasSubstr("class=\"arc\""));
  EXPECT_THAT(html, HasSubstr("in front of stage 0, for any other packet: up to 1 clock"));
}

TEST(ReportSources, CountsWhatEachLineCosts) {
  const std::vector<SourceText> all = source_texts(small(), "/no/such/prog.o");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].whole);
  ASSERT_EQ(all[0].lines.size(), 2u);
  EXPECT_EQ(all[0].lines[0].number, 7u);
  EXPECT_EQ(all[0].lines[0].cost->operations, 1u);
  EXPECT_EQ(all[0].lines[0].cost->register_bits, 16u);
  EXPECT_THAT(all[0].lines[1].cost->stages, ElementsAre(1u));
}

TEST(ReportResources, CountTheBlocksOfAMap) {
  const std::vector<MapFigures> maps = map_figures(small());
  ASSERT_EQ(maps.size(), 1u);
  EXPECT_EQ(maps[0].demand.blocks, 8u); // 4096 words of 64 bits: 8 of 4096 x 9
  EXPECT_EQ(maps[0].demand.ultra, 0u);
}

TEST(ReportPeers, AreThoseOfTheSameProgramOnly) {
  EXPECT_EQ(peers_of("firewall").size(), 2u);
  EXPECT_EQ(peers_of("dnat").size(), 1u);
  EXPECT_TRUE(peers_of("nat").empty());
}

} // namespace
} // namespace pw::cli::report
