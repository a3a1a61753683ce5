#include "sim/rtl/cache.h"

#include "support/diagnostic.h"
#include "support/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace pw::rtl {

namespace fs = std::filesystem;

class CacheTest : public testing::Test {
protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        fs::temp_directory_path() / ("pw-cache-" + std::to_string(getpid()) + "-" + info->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(CacheTest, MakesAnEntryOnce) {
  int made = 0;
  auto make = [&](const fs::path& to) {
    ++made;
    std::ofstream(to / "thing") << "x";
  };
  const fs::path first = Cache(folder_).entry("e", make);
  EXPECT_TRUE(fs::exists(first / "thing"));
  EXPECT_EQ(Cache(folder_).entry("e", make), first);
  EXPECT_EQ(made, 1);
}

TEST_F(CacheTest, KeepsNothingOfAFailure) {
  Cache cache(folder_);
  auto fail = [](const fs::path& to) {
    std::ofstream(to / "half") << "x";
    throw Failure(diagnose("PW-RTL-103", "no"));
  };
  EXPECT_THROW(cache.entry("e", fail), Failure);
  EXPECT_FALSE(fs::exists(folder_ / "e"));
  EXPECT_TRUE(fs::exists(cache.entry("e", [](const fs::path&) {})));
}

TEST_F(CacheTest, OthersWaitForAnEntry) {
  std::atomic<int> made = 0;
  auto want = [&] {
    Cache(folder_).entry("e", [&](const fs::path& to) {
      ++made;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      std::ofstream(to / "thing") << "x";
    });
  };
  std::thread a(want), b(want);
  a.join();
  b.join();
  EXPECT_EQ(made, 1);
}

TEST_F(CacheTest, RemovesWhatAnInterruptedProcessLeft) {
  const pid_t child = fork();
  if (child == 0) {
    Cache(folder_).entry("e", [](const fs::path& to) {
      std::ofstream(to / "half") << "x";
      _exit(0);
    });
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  EXPECT_FALSE(fs::exists(folder_ / "e"));
  Cache again(folder_);
  for (const auto& item : fs::directory_iterator(folder_))
    EXPECT_FALSE(item.is_directory()) << item.path();
  EXPECT_TRUE(fs::exists(again.entry("e", [](const fs::path&) {})));
}

TEST_F(CacheTest, SaysWhenTheFolderCanNotBeUsed) {
  std::ofstream(folder_) << "a file, not a folder";
  EXPECT_THROW(Cache{folder_ / "below"}, Failure);
}

TEST_F(CacheTest, DigestsTellTextsApart) {
  EXPECT_NE(digest("a"), digest("b"));
  EXPECT_EQ(digest("a").size(), 32u);
}

TEST_F(CacheTest, CommandsReportFailure) {
  fs::create_directories(folder_);
  const std::string log = folder_ / "log";
  EXPECT_TRUE(run_commands({{"true"}, {"sh", "-c", "echo hello"}}, folder_, log));
  EXPECT_FALSE(run_commands({{"true"}, {"false"}}, folder_, log));
  EXPECT_FALSE(run_commands({{"pipewright-no-such-program"}}, folder_, log));
  EXPECT_EQ(output_of({"echo", "hi"}), "hi\n");
  EXPECT_EQ(output_of({"pipewright-no-such-program"}), "");
  std::ifstream text(log);
  std::string line;
  EXPECT_TRUE(std::getline(text, line));
  EXPECT_EQ(line, "hello");
}

} // namespace pw::rtl
