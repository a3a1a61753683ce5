// The command line as such: help, wrong words, exit codes, outputs that can't be written.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, FitsAPageAndHasExamplesAndExitCodes) {
  const Outcome o = pipewright({GetParam(), "--help"});
  EXPECT_EQ(o.code, 0);
  EXPECT_LE(std::count(o.out.begin(), o.out.end(), '\n'), 64);
  EXPECT_THAT(o.out, HasSubstr("Usage: pipewright " + GetParam() + " "));
  EXPECT_THAT(o.out, HasSubstr("Exit codes: 0 ok"));
  std::size_t examples = 0;
  for (std::size_t at = 0;
       (at = o.out.find("\n  pipewright " + GetParam(), at)) != std::string::npos; ++at)
    ++examples;
  EXPECT_GE(examples, 3u);
  EXPECT_LE(examples, 6u);
  EXPECT_EQ(o.err, "");
}

TEST_P(Help, LinesFitATerminal) {
  const Outcome o = pipewright({GetParam(), "--help"});
  ASSERT_EQ(o.code, 0);
  std::istringstream in(o.out);
  for (std::string line; std::getline(in, line);)
    EXPECT_LE(line.size(), 110u) << line;
}

INSTANTIATE_TEST_SUITE_P(Commands, Help,
                         testing::Values("check", "compile", "run", "diff", "sim", "map",
                                         "estimate", "report", "sweep", "synth", "traffic"),
                         [](const auto& info) { return info.param; });

// Wrong command lines: PW-OPT-001, exit code 1, nothing on standard output.
class WrongLine : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(WrongLine, IsTheUsersFault) {
  const Outcome o = pipewright(GetParam());
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("error: [PW-OPT-001] "));
  EXPECT_THAT(o.err, HasSubstr("help: "));
  EXPECT_EQ(o.out, "");
}

using Line = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    All, WrongLine,
    testing::Values(Line{}, Line{"bogus"}, Line{"check"}, Line{"run", "x.o"}, Line{"--bogus"},
                    Line{"check", "x.o", "--bogus"}, Line{"check", "x.o", "--type", "kprobe"},
                    Line{"check", "x.o", "--clock", "fast"},
                    Line{"check", "x.o", "--clock", "2.5GHz"},
                    Line{"check", "x.o", "--clock", "0MHz"}, Line{"check", "x.o", "--clock", "nan"},
                    Line{"check", "x.o", "--bus", "100"}, Line{"check", "x.o", "--bus", "4096"},
                    Line{"check", "x.o", "--window", "4097"}, Line{"check", "x.o", "--window", "0"},
                    Line{"check", "x.o", "--set", "novalue"}, Line{"check", "x.o", "--set", "=1"},
                    Line{"check", "x.o", "--seed", "-1"},
                    Line{"check", "x.o", "--cpu", "4294967296"},
                    Line{"check", "x.o", "--time", "wall"}, Line{"check", "x.o", "--target", "p4"},
                    Line{"check", "a.o", "b.o"}, Line{"compile", "x.o"},
                    Line{"compile", "x.o", "--emit", "vhdl"},
                    Line{"run", "x.o", "--engine", "interp", "--in", "x", "--stall", "100"},
                    Line{"run", "x.o", "--engine", "interp", "--in", "x", "--pace", "slow"}));

TEST(Options, AStepThatTheTargetDoesNotHaveIsUnsupported) {
  const Outcome o = pipewright({"compile", "x.o", "--target", "verilog", "--emit", "code"});
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, HasSubstr("PW-OPT-005"));
}

TEST(Options, AnUnknownOneIsTheNearOne) {
  const Outcome o = pipewright({"run", "x.o", "--enginee", "interp", "--in", "x"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("does not know '--enginee"));
  EXPECT_THAT(o.err, HasSubstr("is it --engine?"));
}

TEST(Options, ThatDoNotGoTogether) {
  const std::vector<std::string> run = {"run", example("mac_swap"), "--in", "x"};
  const std::vector<std::vector<std::string>> cases = {
      {"--engine", "interp", "--stall", "10"},
      {"--engine", "kernel", "--pace", "capture"},
      {"--engine", "model", "--out", "same", "--dump-maps", "same"},
      {"--engine", "interp", "--skb", "mark=7"}};
  for (const std::vector<std::string>& more : cases) {
    std::vector<std::string> line = run;
    line.insert(line.end(), more.begin(), more.end());
    const Outcome o = pipewright(line);
    EXPECT_EQ(o.code, 1);
    EXPECT_THAT(o.err, HasSubstr("PW-OPT-011")) << more[2];
  }
  EXPECT_THAT(pipewright({"run", "x.o", "--engine", "interp", "--in", "x", "--skb", "foo=1"}).err,
              HasSubstr("fields are mark, "));
}

TEST(Options, ErrorsComeAsJsonToo) {
  const Outcome o = pipewright({"run", "x.o", "--engine", "interp", "--bogus", "--json"});
  EXPECT_EQ(o.code, 1);
  const auto diagnostics = o.json().at("diagnostics");
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].at("code"), "PW-OPT-001");
  EXPECT_EQ(diagnostics[0].at("severity"), "error");
  for (const char* key : {"insn", "file", "line", "rule", "limit", "value", "remedy"})
    EXPECT_TRUE(diagnostics[0].contains(key)) << key;
}

TEST(Options, VersionAndNoCommand) {
  EXPECT_EQ(pipewright({"--version"}).code, 0);
  EXPECT_THAT(pipewright({"--help"}).out, HasSubstr("traffic"));
}

TEST(Options, SetMayStandBeforeTheObject) {
  const Scratch scratch;
  const Outcome o = pipewright({"check", "--set", "inside_network=3", example("firewall")});
  EXPECT_EQ(o.code, 0) << o.err;
}

TEST(Options, SetOfAnUnknownVariable) {
  const Outcome o = pipewright({"check", example("firewall"), "--set", "no_such_variable=3"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("no_such_variable"));
}

} // namespace
} // namespace pw::cli_test
