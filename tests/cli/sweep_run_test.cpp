// Points whose processes are lost; ranks that fall silent. The processes are this binary itself.
#include "cli/files.h"
#include "cli/sweep/run.h"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>

namespace pw::cli::sweep {
namespace {

// What a child process does.
TEST(SweepChild, DISABLED_Dies) { std::raise(SIGKILL); }
TEST(SweepChild, DISABLED_Lives) {}

Point point(const std::string& name, const std::string& test) {
  return {.where = {{"program", name}},
          .arguments = {"--gtest_filter=SweepChild.DISABLED_" + test,
                        "--gtest_also_run_disabled_tests"},
          .key = name};
}

const Watch no_watch = [](std::size_t, std::size_t, double) {};

TEST(SweepRun, TriesLostPointsAgainAndThenSaysSo) {
  const TemporaryDirectory folder;
  Store store(folder.path());
  run_here({point("a", "Dies"), point("b", "Lives")}, store, {.jobs = 2, .attempts = 2}, no_watch);
  EXPECT_EQ(store.find("a")->attempts, 2u);
  EXPECT_EQ(store.find("a")->error, "the process was killed (signal 9)");
  EXPECT_EQ(store.find("b")->attempts, 1u) << "it ended, though not with JSON";
}

TEST(SweepRun, TriesFailuresOfEarlierSweepsAgain) {
  const TemporaryDirectory folder;
  const std::vector<Point> points = {point("a", "Lives"), point("b", "Lives")};
  Store store(folder.path());
  store.add(points[0], {.result = nullptr, .error = "the disk was full", .attempts = 7});
  store.add(points[1], {.result = {{"good", true}}, .error = "", .attempts = 7});
  run_here(points, store, {}, no_watch);
  EXPECT_EQ(store.find("a")->attempts, 1u);
  EXPECT_EQ(store.find("a")->error, "it printed no result") << "in words, never empty";
  EXPECT_EQ(store.find("b")->attempts, 7u);
}

TEST(SweepRun, RunsEqualPointsOnce) {
  const TemporaryDirectory folder;
  Store store(folder.path());
  std::size_t calls = 0, all = 0;
  run_here({point("a", "Lives"), point("a", "Lives")}, store, {},
           [&](std::size_t, std::size_t n, double) {
             ++calls;
             all = n;
           });
  EXPECT_EQ(calls, 2u) << "at the start, and for the one";
  EXPECT_EQ(all, 2u);
}

// Rank 0's end: rank 1 answers, rank 2 takes a point and is never heard again.
class TwoRanks : public Transport {
public:
  unsigned rank() const override { return 0; }
  unsigned size() const override { return 3; }
  void send(unsigned to, const std::string& text) override {
    const Json letter = Json::parse(text);
    if (letter.contains("stop"))
      stopped.push_back(to);
    else if (to == 1)
      inbox_.push_back({1, Json{{"point", letter.at("point")},
                                {"lost", false},
                                {"result", {{"by", 1}}},
                                {"error", ""},
                                {"diagnostics", Json::array()}}
                               .dump()});
    else
      ++swallowed;
  }
  std::optional<Letter> receive() override {
    if (inbox_.empty()) { // rank 1 says that it is alive, every other time
      said_ = !said_;
      return said_ ? std::optional(Letter{1, R"({"alive":true})"}) : std::nullopt;
    }
    const Letter letter = inbox_.front();
    inbox_.pop_front();
    return letter;
  }
  void close(bool all_alive) override { alive = all_alive; }

  std::vector<unsigned> stopped;
  unsigned swallowed = 0;
  std::optional<bool> alive;

private:
  bool said_ = false;
  std::deque<Letter> inbox_ = {{2, R"({"ready":true})"}, {1, R"({"ready":true})"}};
};

TEST(SweepRun, GivesThePointsOfALostRankToOthers) {
  const TemporaryDirectory folder;
  Store store(folder.path());
  TwoRanks ranks;
  const std::vector<Point> points = {point("a", "Lives"), point("b", "Lives"), point("c", "Lives")};
  coordinate(points, store, {.jobs = 0, .silence_s = 1}, no_watch, ranks);
  for (const Point& p : points) {
    ASSERT_NE(store.find(p.key), nullptr);
    EXPECT_EQ(store.find(p.key)->result, (Json{{"by", 1}}));
  }
  EXPECT_EQ(ranks.swallowed, 1u);
  EXPECT_EQ(ranks.stopped, std::vector<unsigned>{1});
  EXPECT_EQ(ranks.alive, false);
}

} // namespace
} // namespace pw::cli::sweep
