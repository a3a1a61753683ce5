#include "cli/isolate.h"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace pw::cli {
namespace {

TEST(Isolate, ResultsComeBackInOrder) {
  std::vector<std::function<std::string()>> jobs;
  for (int i = 0; i < 20; ++i)
    jobs.emplace_back([i] { return std::to_string(i) + std::string(100'000, 'x'); });
  const auto results = run_isolated(jobs, 30);
  ASSERT_EQ(results.size(), jobs.size());
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(results[std::size_t(i)].text, std::to_string(i) + std::string(100'000, 'x'));
}

TEST(Isolate, OneThatDiesLeavesTheOthersAlone) {
  const auto results = run_isolated({[] { return std::string("a"); },
                                     []() -> std::string {
                                       raise(SIGKILL);
                                       return "";
                                     },
                                     []() -> std::string { throw std::runtime_error("no"); },
                                     []() -> std::string {
                                       sleep(20);
                                       return "late";
                                     },
                                     [] { return std::string("b"); }},
                                    1);
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[0].text, "a");
  EXPECT_FALSE(results[1].text);
  EXPECT_EQ(results[1].how, "crashed (signal 9)");
  EXPECT_FALSE(results[2].text);
  EXPECT_EQ(results[3].how, "took longer than 1 s");
  EXPECT_EQ(results[4].text, "b");
}

} // namespace
} // namespace pw::cli
