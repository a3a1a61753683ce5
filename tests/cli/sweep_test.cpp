// The plan of a sweep and its results on disk.
#include "cli/files.h"
#include "cli/sweep/plan.h"
#include "cli/sweep/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace pw::cli::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
  return "";
}

TEST(SweepAxis, HasANameAndValues) {
  const Axis axis = parse_axis("clock=200MHz,250MHz");
  EXPECT_EQ(axis.name, "clock");
  EXPECT_THAT(axis.values, ElementsAre("200MHz", "250MHz"));
  EXPECT_THAT(parse_axis("rate=10G").values, ElementsAre("10G"));
}

TEST(SweepAxis, RefusesWhatIsNone) {
  for (const char* text : {"clock", "=1,2", "clock=", "clock=1,,2", "clock=1,1", ""})
    EXPECT_EQ(code_of([&] { parse_axis(text); }), "PW-OPT-008") << text;
}

TEST(SweepTraffic, ChangesOneKey) {
  EXPECT_EQ(with_traffic("", "size", "64"), "size=64");
  EXPECT_EQ(with_traffic("rate=10G,size=64,flows=8", "size", "imix"), "rate=10G,size=imix,flows=8");
  EXPECT_EQ(with_traffic("rate=10G", "size", "imix"), "rate=10G,size=imix");
  EXPECT_EQ(with_traffic("count=5", "packets", "9"), "packets=9") << "two names of one key";
}

Plan plan() {
  return {.subjects = {{"a.o", "11"}, {"b.o", "22"}},
          .axes = {{"clock", {"200MHz", "250MHz"}}, {"size", {"64", "imix", "1500"}}},
          .fixed = {"--no-search"},
          .traffic = "rate=10G"};
}

TEST(SweepPlan, HasEveryCombinationTheLastAxisFastest) {
  const auto points = points_of(plan());
  ASSERT_EQ(points.size(), 12u);
  EXPECT_THAT(points[0].arguments,
              ElementsAre("estimate", "a.o", "--clock", "200MHz", "--no-search", "--traffic",
                          "rate=10G,size=64", "--json"));
  EXPECT_EQ(points[1].where[2].second, "imix");
  EXPECT_EQ(points[3].where[1].second, "250MHz");
  EXPECT_EQ(points[6].where[0].second, "b.o");
}

TEST(SweepPlan, KnowsAnObjectByItsContents) {
  Plan other = plan();
  other.subjects[0].path = "moved/a.o";
  EXPECT_EQ(points_of(plan())[0].key, points_of(other)[0].key);
  other.subjects[0].sha256 = "33";
  EXPECT_NE(points_of(plan())[0].key, points_of(other)[0].key);
}

TEST(SweepPlan, KnowsOtherFilesByTheirContentsToo) {
  const TemporaryDirectory folder;
  const std::string card = (folder.path() / "card.json").string();
  Plan with_card = plan();
  with_card.fixed = {"--card=" + card};
  std::ofstream(card) << "{}";
  const std::string key = points_of(with_card)[0].key;
  EXPECT_EQ(points_of(with_card)[0].key, key);
  std::ofstream(card) << "{ }";
  EXPECT_NE(points_of(with_card)[0].key, key);
}

TEST(SweepPlan, GivesACapturesRateAsAnOption) {
  const Plan captured = {.subjects = {{"a.o", "11"}},
                         .axes = {{"rate", {"10G"}}},
                         .fixed = {"--in=x.pcap"},
                         .traffic = ""};
  EXPECT_THAT(points_of(captured)[0].arguments,
              ElementsAre("estimate", "a.o", "--rate", "10G", "--in=x.pcap", "--json"));
}

TEST(SweepPlan, TakesEveryKeyOfATrafficSpecification) {
  for (const char* key : {"arrival", "ipv6", "tunnel", "vlan"}) {
    const Plan varied = {
        .subjects = {{"a.o", "11"}}, .axes = {{key, {"1"}}}, .fixed = {}, .traffic = ""};
    EXPECT_EQ(points_of(varied)[0].arguments.at(3), std::string(key) + "=1");
  }
}

TEST(SweepPlan, RefusesWhatItSaysItself) {
  Plan own = plan();
  own.fixed = {"--out=x"};
  EXPECT_EQ(code_of([&] { points_of(own); }), "PW-OPT-008");
  own = plan();
  own.axes.push_back({"traffic", {"size=64"}});
  EXPECT_EQ(code_of([&] { points_of(own); }), "PW-OPT-008");
}

TEST(SweepPlan, RefusesAnAxisTwice) {
  Plan twice = plan();
  twice.axes.push_back({"size", {"128"}});
  EXPECT_EQ(code_of([&] { points_of(twice); }), "PW-OPT-008");
}

class SweepStore : public testing::Test {
protected:
  std::filesystem::path file() const { return folder_.path() / "results.jsonl"; }
  static Outcome outcome(double mpps) {
    return {.result = {{"carried", {{"mpps", mpps}, {"gbps", 10}}},
                       {"bottleneck", {{"component", "port, really"}}}},
            .error = ""};
  }

  std::vector<Point> points_ = points_of(plan());
  TemporaryDirectory folder_;
};

TEST_F(SweepStore, GoesOnWhereItWas) {
  {
    Store store(folder_.path());
    store.add(points_[0], outcome(14.5));
    store.add(points_[1], {.result = nullptr, .error = "it crashed", .attempts = 3});
  }
  Store store(folder_.path());
  ASSERT_NE(store.find(points_[0].key), nullptr);
  EXPECT_EQ(store.find(points_[0].key)->result.at("carried").at("mpps"), 14.5);
  EXPECT_EQ(store.find(points_[1].key)->error, "it crashed");
  EXPECT_EQ(store.find(points_[1].key)->attempts, 3u);
  EXPECT_EQ(store.find(points_[2].key), nullptr);
}

TEST_F(SweepStore, LeavesOutALineThatWasCutOff) {
  {
    Store store(folder_.path());
    store.add(points_[0], outcome(1));
    store.add(points_[1], outcome(2));
  }
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 7);
  {
    Store store(folder_.path());
    EXPECT_NE(store.find(points_[0].key), nullptr);
    EXPECT_EQ(store.find(points_[1].key), nullptr);
    store.add(points_[1], outcome(3));
  }
  EXPECT_EQ(Store(folder_.path()).find(points_[1].key)->result.at("carried").at("mpps"), 3);
}

TEST_F(SweepStore, RefusesAnotherFile) {
  std::ofstream(file()) << "not of a sweep\n";
  EXPECT_EQ(code_of([&] { Store store(folder_.path()); }), "PW-OPT-009");
}

TEST_F(SweepStore, SaysThatTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", file());
  Store store(folder_.path());
  EXPECT_EQ(code_of([&] { store.add(points_[0], outcome(1)); }), "PW-OPT-002");
}

TEST_F(SweepStore, MakesTables) {
  Store store(folder_.path());
  store.add(points_[0], outcome(14.5));
  store.add(points_[2], {.result = nullptr, .error = "no, \"never\""});
  const std::string csv = to_csv(points_, store);
  EXPECT_THAT(csv, HasSubstr("program,clock,size,offered_mpps,carried_mpps"));
  EXPECT_THAT(csv, HasSubstr("\na.o,200MHz,64,,14.5,10,,,,,,,,\"port, really\",\n"));
  EXPECT_THAT(csv, HasSubstr("\"no, \"\"never\"\"\"\n"));
  const Json json = to_json(points_, store);
  EXPECT_EQ(json.at("schema_version"), 1);
  EXPECT_EQ(json.at("points").size(), 2u);
  EXPECT_EQ(json.at("points")[0].at("where").at("clock"), "200MHz");
}

} // namespace
} // namespace pw::cli::sweep
