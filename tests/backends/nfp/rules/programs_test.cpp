// Programs in C: the places that are named are those that are marked.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

#include <fstream>

namespace pw::nfp {
namespace {

// Line numbers by code, of all lines that name one.
std::set<std::pair<unsigned, std::string>> marked_lines() {
  std::ifstream in(std::string(PW_SOURCE_DIR) + "/tests/backends/nfp/rules/programs.bpf.c");
  std::set<std::pair<unsigned, std::string>> out;
  unsigned number = 1;
  for (std::string line; std::getline(in, line); ++number)
    if (const auto at = line.find("PW-NFP-"); at != std::string::npos)
      out.insert({number, line.substr(at, 10)});
  return out;
}

class NfpPrograms : public testing::TestWithParam<const char*> {};

TEST_P(NfpPrograms, AreRefusedInTheMarkedLines) {
  const Object o = open_object(std::string(PW_TEST_OBJECTS) + "/programs." + GetParam() + ".o");
  std::set<std::pair<unsigned, std::string>> found;
  for (const Program& p : o.programs) {
    const auto all = check_rules(o, p, {});
    if (p.name.starts_with("ok_")) {
      EXPECT_EQ(rules_test::errors(all), std::set<std::string>{}) << p.name;
    }
    for (const Diagnostic& d : all)
      if (d.severity == Severity::Error) {
        found.insert({d.location.line, d.code});
        EXPECT_NE(d.location.text.find(d.code), std::string::npos) << to_text(d);
      }
  }
  EXPECT_EQ(found, marked_lines());
}

INSTANTIATE_TEST_SUITE_P(Cpus, NfpPrograms, testing::Values("v1", "v3"));

} // namespace
} // namespace pw::nfp
