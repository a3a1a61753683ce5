#include "support/diagnostic.h"

#include <gtest/gtest.h>

#include <set>

namespace pw {

TEST(Diagnostic, CodesAreUnique) {
  std::set<std::string_view> seen;
  for (const CodeInfo& c : all_codes())
    EXPECT_TRUE(seen.insert(c.code).second) << c.code;
}

TEST(Diagnostic, UnlistedCodeIsRefused) {
  EXPECT_THROW(diagnose("PW-NO-999", "x"), std::logic_error);
}

TEST(Diagnostic, TextNamesPlaceCodeLimitAndRemedy) {
  const std::string text = to_text(diagnose("PW-INT-001", "something")
                                       .at(3, {"prog.bpf.c", 42, 9, "x = y;"})
                                       .limited("4", "5")
                                       .help("do less"));
  EXPECT_NE(text.find("prog.bpf.c:42:9: error: [PW-INT-001] something"), std::string::npos) << text;
  EXPECT_NE(text.find("42 | x = y;"), std::string::npos);
  EXPECT_NE(text.find("limit 4, found 5"), std::string::npos);
  EXPECT_NE(text.find("help: do less"), std::string::npos);
}

TEST(Failure, MostSevereExitWins) {
  Diagnostic user = diagnose("PW-INT-001", "a");
  user.exit = Exit::UserInput;
  Diagnostic unsupported = user;
  unsupported.exit = Exit::Unsupported;
  EXPECT_EQ(Failure({unsupported, user}).exit(), Exit::UserInput);
}

} // namespace pw
