// The example of the README is the one that is compiled here.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace pw::nic {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(PW_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Readme, ShowsTheExampleThatIsTested) {
  const std::string code = text_of("tests/sim/nic/fixed_engine.h");
  const std::size_t begin = code.find("class FixedEngine"), end = code.find("};", begin);
  ASSERT_NE(end, std::string::npos);
  EXPECT_NE(text_of("sim/nic/README.md").find(code.substr(begin, end - begin)), std::string::npos);
}

} // namespace
} // namespace pw::nic
