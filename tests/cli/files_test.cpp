#include "cli/files.h"

#include "support/diagnostic.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace pw::cli {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t entries(const fs::path& folder) {
  return std::size_t(std::distance(fs::directory_iterator(folder), {}));
}

std::string code_of(const std::function<void()>& f) try {
  f();
  return "";
} catch (const Failure& failure) {
  return failure.diagnostics().front().code;
}

TEST(Files, TemporaryDirectoryGoesAway) {
  fs::path path;
  {
    const TemporaryDirectory t;
    path = t.path();
    std::ofstream(path / "x") << "x";
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(Files, WriteFileReplacesAndLeavesNothingElse) {
  const TemporaryDirectory t;
  write_file(t.path() / "f", "one");
  write_file(t.path() / "f", "two");
  EXPECT_EQ(slurp(t.path() / "f"), "two");
  EXPECT_EQ(entries(t.path()), 1u);
}

TEST(Files, WriteDirectoryWithAndWithoutSlash) {
  const TemporaryDirectory t;
  write_directory(t.path() / "a", {{"x", "1"}, {"y", "2"}});
  write_directory((t.path() / "b").string() + "/", {{"x", "3"}});
  EXPECT_EQ(slurp(t.path() / "a/y"), "2");
  EXPECT_EQ(slurp(t.path() / "b/x"), "3");
  EXPECT_EQ(entries(t.path()), 2u);
}

TEST(Files, WriteDirectoryKeepsStrangers) {
  const TemporaryDirectory t;
  write_directory(t.path() / "a", {{"x", "1"}});
  std::ofstream(t.path() / "a/mine") << "mine";
  write_directory(t.path() / "a", {{"x", "2"}});
  EXPECT_EQ(slurp(t.path() / "a/mine"), "mine");
  EXPECT_EQ(slurp(t.path() / "a/x"), "2");
}

TEST(Files, UnwritablePlacesAreTheUsersFault) {
  const TemporaryDirectory t;
  write_file(t.path() / "f", "");
  EXPECT_EQ(code_of([&] { write_file(t.path() / "none/f", ""); }), "PW-OPT-002");
  EXPECT_EQ(code_of([&] { write_file(t.path() / "f/f", ""); }), "PW-OPT-002");
  EXPECT_EQ(code_of([&] { write_directory(t.path() / "f", {{"x", ""}}); }), "PW-OPT-002");
  EXPECT_EQ(code_of([&] { check_writable(t.path()); }), "PW-OPT-002");
  EXPECT_EQ(code_of([&] { check_writable(t.path() / "none/f"); }), "PW-OPT-002");
  EXPECT_EQ(code_of([&] { check_writable(t.path() / "new"); }), "");
  EXPECT_EQ(code_of([&] { check_writable("/dev/null"); }), "");
}

} // namespace
} // namespace pw::cli
