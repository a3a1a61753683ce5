// Every diagnostic code is explained in docs/diagnostics.md and tried by some test.

#include "support/diagnostic.h"
#include "tests/project/files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace pw {
namespace {

using project::files_below;
using project::read_text;

std::set<std::string> documented() {
  const std::string text = read_text(std::filesystem::path(PW_SOURCE_DIR) / "docs/diagnostics.md");
  static const std::regex heading("(?:^|\n)### (PW-[A-Z]+-[0-9]{3}) [^\n]+\n+([^#\n][^\n]*)");
  std::set<std::string> codes;
  for (std::sregex_iterator m(text.begin(), text.end(), heading), end; m != end; ++m)
    codes.insert((*m)[1]);
  return codes;
}

// Codes named in the text of any test.
std::set<std::string> tested() {
  static const std::regex code("PW-[A-Z]+-[0-9]{3}");
  std::set<std::string> codes;
  for (const auto& path :
       files_below("tests", {".cpp", ".mlir", ".ll", ".sh", ".py", ".test", ".h"})) {
    const std::string text = read_text(path);
    for (std::sregex_iterator m(text.begin(), text.end(), code), end; m != end; ++m)
      codes.insert(m->str());
  }
  return codes;
}

TEST(Diagnostics, EveryCodeHasAnEntryInTheDocument) {
  const std::set<std::string> entries = documented();
  for (const CodeInfo& c : all_codes())
    EXPECT_TRUE(entries.contains(std::string(c.code))) << c.code << " (" << c.title << ")";
}

TEST(Diagnostics, EveryEntryIsACode) {
  std::set<std::string> codes;
  for (const CodeInfo& c : all_codes())
    codes.insert(std::string(c.code));
  for (const std::string& entry : documented())
    EXPECT_TRUE(codes.contains(entry)) << entry;
}

TEST(Diagnostics, EntriesAreInTheOrderOfTheirCodes) {
  const std::string text = read_text(std::filesystem::path(PW_SOURCE_DIR) / "docs/diagnostics.md");
  static const std::regex heading("\n### (PW-[A-Z]+-[0-9]{3}) ");
  std::string before;
  for (std::sregex_iterator m(text.begin(), text.end(), heading), end; m != end; ++m) {
    EXPECT_LT(before, (*m)[1].str());
    before = (*m)[1];
  }
}

TEST(Diagnostics, EveryCodeIsNamedByATest) {
  const std::set<std::string> named = tested();
  for (const CodeInfo& c : all_codes())
    EXPECT_TRUE(named.contains(std::string(c.code))) << c.code << " (" << c.title << ")";
}

TEST(Diagnostics, NoCodeIsListedTwice) {
  std::set<std::string_view> seen;
  for (const CodeInfo& c : all_codes())
    EXPECT_TRUE(seen.insert(c.code).second) << c.code;
}

} // namespace
} // namespace pw
