// Commands end with who runs them.
#include "support/process.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pw {
namespace {

TEST(Process, OutputAndFailure) {
  EXPECT_EQ(output_of({"echo", "one", "two"}), "one two\n");
  EXPECT_EQ(output_of({"/nonexistent/tool"}), "");
  const std::string folder = std::filesystem::temp_directory_path();
  EXPECT_TRUE(run_commands({{"true"}, {"true"}}, folder, "/dev/null"));
  EXPECT_FALSE(run_commands({{"false"}}, folder, "/dev/null"));
  EXPECT_FALSE(run_commands({{"/nonexistent/tool"}}, folder, "/dev/null"));
}

// The pipe's writing end is open in the parent's child and in its command: it ends with both.
TEST(Process, ACommandEndsWithItsParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ends[0]);
    const std::string out = std::to_string(ends[1]);
    run_commands({{"sh", "-c", "echo started >&" + out + "; exec sleep 600"}}, "/", "/dev/null");
    _exit(0);
  }
  close(ends[1]);
  std::array<char, 16> text{};
  EXPECT_EQ(read(ends[0], text.data(), text.size()), 8);
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
  pollfd end = {ends[0], POLLIN, 0};
  ASSERT_EQ(poll(&end, 1, 30'000), 1) << "the command still runs";
  EXPECT_EQ(read(ends[0], text.data(), text.size()), 0);
  close(ends[0]);
}

} // namespace
} // namespace pw
