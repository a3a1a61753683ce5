// A layer includes only what stands before it; MLIR stays inside ir/.

#include "tests/project/files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace pw {
namespace {

using project::files_below;
using project::read_text;

const std::vector<std::string> layers = {"support", "frontend", "ir", "backends", "sim", "control", "cli"};

std::vector<std::string> includes_of(const std::filesystem::path& path) {
  static const std::regex line("(?:^|\n)#include [\"<]([^\">]+)[\">]");
  const std::string text = read_text(path);
  std::vector<std::string> all;
  for (std::sregex_iterator m(text.begin(), text.end(), line), end; m != end; ++m)
    all.push_back((*m)[1]);
  return all;
}

std::size_t rank_of(const std::string& include) {
  const std::string folder = include.substr(0, include.find('/'));
  return std::size_t(std::find(layers.begin(), layers.end(), folder) - layers.begin());
}

class Layer : public testing::TestWithParam<std::string> {};

TEST_P(Layer, IncludesOnlyWhatStandsBeforeIt) {
  const std::size_t own = rank_of(GetParam() + "/");
  for (const auto& path : files_below(GetParam(), {".h", ".cpp"}))
    for (const std::string& include : includes_of(path)) {
      const std::size_t other = rank_of(include);
      EXPECT_TRUE(other <= own || other == layers.size()) << path << " includes " << include;
    }
}

TEST_P(Layer, LeavesMlirToIr) {
  if (GetParam() == "ir")
    return;
  for (const auto& path : files_below(GetParam(), {".h", ".cpp"}))
    for (const std::string& include : includes_of(path))
      EXPECT_FALSE(include.starts_with("mlir/")) << path << " includes " << include;
}

TEST_P(Layer, IncludesFromTheRoot) {
  for (const auto& path : files_below(GetParam(), {".h", ".cpp"}))
    for (const std::string& include : includes_of(path))
      EXPECT_FALSE(include.starts_with("..")) << path << " includes " << include;
}

INSTANTIATE_TEST_SUITE_P(All, Layer, testing::ValuesIn(layers),
                         [](const auto& info) { return info.param; });

} // namespace
} // namespace pw
