// pipewright check.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

TEST(Check, AcceptsAnExample) {
  const Outcome o = pipewright({"check", example("firewall")});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("firewall: accepted for verilog"));
}

TEST(Check, JsonOfAnAcceptedProgram) {
  const Outcome o = pipewright({"check", example("firewall"), "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("program"), "firewall");
  EXPECT_EQ(j.at("target"), "verilog");
  EXPECT_EQ(j.at("accepted"), true);
  EXPECT_TRUE(j.at("diagnostics").is_array());
}

TEST(Check, MissingFile) {
  const Outcome o = pipewright({"check", "/nonexistent/prog.o"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("error: [PW-OBJ-"));
}

TEST(Check, NotAnObject) {
  const Scratch scratch;
  const Outcome o = pipewright({"check", scratch.file("prog.o", "#!/bin/sh\n"), "--json"});
  EXPECT_EQ(o.code, 1);
  const auto j = o.json();
  EXPECT_EQ(j.at("accepted"), false);
  EXPECT_EQ(j.at("program"), nullptr);
  EXPECT_THAT(j.at("diagnostics").at(0).at("code"), testing::StartsWith("PW-OBJ-"));
}

TEST(Check, TruncatedObjectsNeverCrash) {
  const Scratch scratch;
  const std::string whole = slurp(example("firewall"));
  ASSERT_GT(whole.size(), 1000u);
  for (const std::size_t size : {std::size_t(0), std::size_t(4), std::size_t(63), std::size_t(64),
                                 whole.size() / 4, whole.size() / 2, whole.size() - 1}) {
    const Outcome o = pipewright({"check", scratch.file("cut.o", whole.substr(0, size))});
    EXPECT_EQ(o.code, 1) << size;
    EXPECT_THAT(o.err, HasSubstr("error: [PW-")) << size;
  }
}

TEST(Check, UnknownProgram) {
  const Outcome o = pipewright({"check", example("firewall"), "-n", "nothing"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-PRG-001"));
  EXPECT_THAT(o.err, HasSubstr("firewall")); // what there is
}

TEST(Check, SeveralProgramsMakeATableAndAnArray) {
  const Outcome text = pipewright({"check", example("several_programs")});
  EXPECT_EQ(text.code, 0) << text.err << text.out;
  EXPECT_THAT(text.out, HasSubstr("programs accepted"));
  const auto j = pipewright({"check", example("several_programs"), "--json"}).json();
  ASSERT_TRUE(j.is_array());
  EXPECT_GE(j.size(), 2u);
}

TEST(Check, FolderIsAnArrayAndNamesWhatCannotBeRead) {
  const Scratch scratch;
  scratch.file("a.o", slurp(example("mac_swap")));
  scratch.file("b.o", "garbage");
  const Outcome o = pipewright({"check", scratch.path(""), "--json"});
  EXPECT_EQ(o.code, 1); // one file could not be analysed
  const auto j = o.json();
  ASSERT_EQ(j.size(), 2u);
  EXPECT_EQ(j[0].at("accepted"), true);
  EXPECT_EQ(j[1].at("accepted"), false);
}

TEST(Check, FolderOfGoodObjectsIsZero) {
  const Scratch scratch;
  scratch.file("a.o", slurp(example("mac_swap")));
  const Outcome o = pipewright({"check", scratch.path("")});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("1 of 1 programs accepted"));
}

TEST(Check, FolderWithAProgramThatSeesNoPackets) {
  const char* debian = "/usr/lib/x86_64-linux-gnu/bpf/xdpdump_bpf.o";
  if (!std::filesystem::exists(debian))
    GTEST_SKIP() << "the package xdp-tools is not installed";
  const Scratch scratch;
  scratch.file("a.o", slurp(debian));
  const Outcome o = pipewright({"check", scratch.path(""), "--json"});
  EXPECT_EQ(o.code, 2) << o.err;
  const auto j = o.json();
  ASSERT_FALSE(j.empty());
  EXPECT_EQ(j[0].at("accepted"), false);
  EXPECT_EQ(j[0].at("diagnostics").at(0).at("code"), "PW-PRG-003");
}

TEST(Check, RefusedProgramExitsWithUnsupported) {
  const char* debian = "/usr/lib/x86_64-linux-gnu/bpf/xdpdump_bpf.o";
  if (!std::filesystem::exists(debian))
    GTEST_SKIP() << "the package xdp-tools is not installed";
  const Outcome o = pipewright({"check", debian, "-n", "trace_on_entry"});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, HasSubstr("PW-PRG-003"));
}

TEST(Check, TypeAgainstTheSection) {
  const Outcome o = pipewright({"check", example("mac_swap"), "--type", "tc"});
  EXPECT_THAT(o.err, HasSubstr("warning: [PW-PRG-006]"));
  EXPECT_THAT(pipewright({"check", example("mac_swap"), "--type", "xdp"}).err,
              testing::Not(HasSubstr("PW-PRG-006")));
}

TEST(Check, EmptyFolder) {
  const Scratch scratch;
  const Outcome o = pipewright({"check", scratch.path("")});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-OPT-007"));
}

TEST(Check, UnknownDeviceListsTheKnownOnes) {
  const Outcome o = pipewright({"check", example("mac_swap"), "--device", "xc7z020_of_mine"});
  EXPECT_NE(o.code, 0);
  EXPECT_THAT(o.err, HasSubstr("PW-DEV-"));
  EXPECT_THAT(o.err, HasSubstr("xcu50"));
}

// ---- a card ----

TEST(CheckCard, AcceptsAndCountsWords) {
  const Outcome o = pipewright({"check", example("mac_swap"), "--target", "nfp", "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("target"), "nfp");
  EXPECT_EQ(j.at("accepted"), true);
  EXPECT_GT(j.at("words").get<unsigned>(), 8u);
  EXPECT_FALSE(j.contains("stages"));
}

TEST(CheckCard, NamesEveryRuleWithItsLine) {
  const Outcome o = pipewright({"check", example("sampler"), "--target", "nfp", "--json"});
  EXPECT_EQ(o.code, 2);
  const auto j = o.json();
  EXPECT_EQ(j.at("accepted"), false);
  EXPECT_EQ(j.at("words"), nullptr);
  std::vector<std::string> codes;
  for (const auto& d : j.at("diagnostics")) {
    codes.push_back(d.at("code"));
    EXPECT_GT(d.at("line").get<unsigned>(), 0u);
    EXPECT_NE(d.at("limit"), "");
    EXPECT_NE(d.at("remedy"), "");
  }
  EXPECT_THAT(codes, testing::IsSupersetOf({"PW-NFP-101", "PW-NFP-126", "PW-NFP-131", "PW-NFP-150",
                                            "PW-NFP-177", "PW-NFP-190"}));
}

TEST(CheckCard, TakesTheLimitsOfAFirmware) {
  const Scratch scratch;
  const std::string small = scratch.file("card.json", R"({"name": "small", "max_words": 20})");
  const Outcome o =
      pipewright({"check", example("mac_swap"), "--target", "nfp", "--firmware", small});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, HasSubstr("PW-NFP-182"));
  EXPECT_THAT(o.err, HasSubstr("limit 20 instruction words"));
  const Outcome wrong = pipewright({"check", example("mac_swap"), "--target", "nfp", "--firmware",
                                    scratch.path("nothing.json")});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("PW-NFP-001"));
}

TEST(CheckCard, FolderIsATableWithWords) {
  const Scratch scratch;
  scratch.file("a.o", slurp(example("mac_swap")));
  scratch.file("b.o", slurp(example("sampler")));
  const Outcome o = pipewright({"check", scratch.path(""), "--target", "nfp"});
  EXPECT_EQ(o.code, 2) << o.err;
  EXPECT_THAT(o.out, HasSubstr("words"));
  EXPECT_THAT(o.out, HasSubstr("1 of 2 programs accepted"));
}

} // namespace
} // namespace pw::cli_test
