#include "cli/output.h"

#include <gtest/gtest.h>

namespace pw::cli {
namespace {

TEST(Table, AlignsNumbersRightAndTextLeft) {
  Table table({"name", "count", "what"});
  table.row({"a", "7", "x"});
  table.row({"longer", "1234", "y"});
  EXPECT_EQ(table.text(), "name    count  what\n"
                          "a           7  x\n"
                          "longer   1234  y\n");
}

TEST(Table, HeaderAlone) { EXPECT_EQ(Table({"a", "b"}).text(), "a  b\n"); }

TEST(Json, DiagnosticHasEveryKeyAndNullsForWhatIsAbsent) {
  const Json j = diagnostic_json(diagnose("PW-INT-001", "it broke"));
  EXPECT_EQ(j.at("code"), "PW-INT-001");
  EXPECT_EQ(j.at("severity"), "error");
  EXPECT_EQ(j.at("message"), "it broke");
  for (const char* key : {"insn", "file", "line", "rule", "limit", "value", "remedy"})
    EXPECT_TRUE(j.at(key).is_null()) << key;
}

TEST(Json, DiagnosticWithPlaceAndLimit) {
  SourceLocation where{"a.c", 42, 9, "x = 1;"};
  const Json j = diagnostic_json(
      diagnose("PW-INT-001", "m").at(7, where).limited("10", "11").help("less").breaks("r"));
  EXPECT_EQ(j.at("insn"), 7);
  EXPECT_EQ(j.at("file"), "a.c");
  EXPECT_EQ(j.at("line"), 42);
  EXPECT_EQ(j.at("limit"), "10");
  EXPECT_EQ(j.at("value"), "11");
  EXPECT_EQ(j.at("remedy"), "less");
  EXPECT_EQ(j.at("rule"), "r");
}

TEST(Json, UnsupportedPacketsAreNeverMistakenForResults) {
  PacketResult r;
  r.unsupported = true;
  const Json j = packet_json(3, r);
  EXPECT_EQ(j.at("index"), 3);
  EXPECT_EQ(j.at("unsupported"), true);
  EXPECT_TRUE(j.at("verdict").is_null());
  EXPECT_TRUE(j.at("retval").is_null());
}

TEST(Json, RedirectPartsThatAreAbsentAreNull) {
  PacketResult r;
  r.retval = 4;
  r.redirect = Redirect{"ports", 2, std::nullopt, std::nullopt};
  const Json j = packet_json(0, r);
  EXPECT_EQ(j.at("redirect").at("map"), "ports");
  EXPECT_EQ(j.at("redirect").at("key"), 2);
  EXPECT_TRUE(j.at("redirect").at("ifindex").is_null());
  EXPECT_TRUE(j.at("redirect").at("flags").is_null());
}

} // namespace
} // namespace pw::cli
