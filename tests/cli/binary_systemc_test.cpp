// The pipeline in an sc_main of one's own: the commands of sim/nic/README.md, as they stand there.
#include "tests/cli/subprocess.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pw::cli_test {
namespace {

const std::string source = PW_SOURCE_DIR;

// What stands between two fences behind `heading`.
std::string block(const std::string& text, const std::string& heading, const std::string& fence) {
  const std::size_t section = text.find(heading);
  const std::size_t begin = text.find("\n" + fence + "\n", section) + fence.size() + 2;
  return section == std::string::npos ? ""
                                      : text.substr(begin, text.find("\n```", begin) + 1 - begin);
}

TEST(SystemcModule, IsBuiltIntoAProgramOfOnesOwnAsTheReadmeSays) {
  if (std::system("command -v verilator >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "verilator is not installed";
  const std::string readme = slurp(source + "/sim/nic/README.md");
  const std::string heading = "## The pipeline in an `sc_main`";
  const Scratch scratch;
  const std::string binary = PW_BINARY;
  scratch.file("run.sh", "set -e\nexport PATH=" + binary.substr(0, binary.find_last_of('/')) +
                             ":$PATH PIPEWRIGHT=" + source + "\ncd " + scratch.path("") + "\ncp " +
                             example("mac_swap") + " .\n" + block(readme, heading, "```sh"));
  const std::string output = scratch.path("out.txt"), log = scratch.path("log.txt");
  ASSERT_EQ(std::system(("sh " + scratch.path("run.sh") + " >" + output + " 2>" + log).c_str()), 0)
      << slurp(log) << slurp(output);
  const std::string expected = block(readme.substr(readme.find(heading)), "It prints", "```");
  EXPECT_FALSE(expected.empty());
  EXPECT_NE(slurp(output).find(expected), std::string::npos) << slurp(output);
}

} // namespace
} // namespace pw::cli_test
