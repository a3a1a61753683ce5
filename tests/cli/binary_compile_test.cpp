// pipewright compile.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Compile, MakesAFolderWithVerilogAndSignature) {
  const Scratch scratch;
  const std::string out = scratch.path("out");
  const Outcome o = pipewright({"compile", example("firewall"), "--target", "verilog", "-o", out});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(slurp(out + "/filelist.f"), HasSubstr(".sv"));
  EXPECT_THAT(o.out, HasSubstr("stage 0"));
  EXPECT_THAT(o.out, HasSubstr("firewall.bpf.c:"));
  EXPECT_THAT(scratch.names(), testing::ElementsAre("out")); // no temporary folder is left
}

// What is made of them for hardware, and definitions, are nobody's to change.
TEST(Compile, TheHostChangesMapsOfItsOwn) {
  const Scratch scratch;
  std::vector<std::string> line = {"compile", example("tenants"), "-o", scratch.path("out")};
  for (const std::string slot : {"1=red", "2=blue", "3=green", "4=grey", "5=pink"})
    line.insert(line.end(), {"--slot", "tenants:" + slot});
  const Outcome o = pipewright(line);
  EXPECT_EQ(o.code, 0) << o.err;
  const std::size_t at = o.out.find("the host can change at run time:");
  ASSERT_NE(at, std::string::npos) << o.out;
  const std::string maps = o.out.substr(at, o.out.find('\n', at) - at);
  EXPECT_THAT(maps, HasSubstr(" pink"));
  EXPECT_THAT(maps, testing::Not(HasSubstr("tenants.")));
}

TEST(Compile, JsonListsFilesAndStages) {
  const Scratch scratch;
  const Outcome o =
      pipewright({"compile", example("firewall"), "-o", scratch.path("out"), "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("program"), "firewall");
  EXPECT_EQ(j.at("stage_list").size(), j.at("stages").get<std::size_t>());
  for (const auto& file : j.at("files"))
    EXPECT_NE(slurp(file.get<std::string>()), "") << file;
}

TEST(Compile, TheSameInputGivesTheSameBytes) {
  const Scratch scratch;
  const auto first =
      pipewright({"compile", example("firewall"), "-o", scratch.path("a"), "--json"}).json();
  const auto again =
      pipewright({"compile", example("firewall"), "-o", scratch.path("b"), "--json"}).json();
  ASSERT_EQ(first.at("files").size(), again.at("files").size());
  for (std::size_t i = 0; i < first.at("files").size(); ++i)
    EXPECT_TRUE(slurp(first["files"][i].get<std::string>()) ==
                slurp(again["files"][i].get<std::string>()));
}

TEST(Compile, KeepsOtherFilesOfAnExistingFolder) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.path("out"));
  scratch.file("out/mine.txt", "mine");
  EXPECT_EQ(pipewright({"compile", example("mac_swap"), "-o", scratch.path("out")}).code, 0);
  EXPECT_EQ(slurp(scratch.path("out/mine.txt")), "mine");
  EXPECT_NE(slurp(scratch.path("out/filelist.f")), "");
}

TEST(Compile, LeavesNothingBehindWhenTheProgramIsRefused) {
  const Scratch scratch;
  const Outcome o = pipewright({"compile", example("several_programs"), "-o", scratch.path("out")});
  EXPECT_EQ(o.code, 1); // several programs, none chosen
  EXPECT_THAT(o.err, HasSubstr("PW-PRG-002"));
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(Compile, TheWindowIsALimit) {
  const std::vector<std::string> command = {"compile", example("firewall"), "--emit", "pw",
                                            "--window", "20"};
  std::vector<std::string> never = command;
  never.insert(never.end(), {"--whole-packet", "never"});
  const Outcome o = pipewright(never);
  EXPECT_EQ(o.code, 2);
  EXPECT_THAT(o.err, HasSubstr("PW-PKT-020"));
  EXPECT_THAT(o.err, HasSubstr("firewall.bpf.c:"));
  const Outcome served = pipewright(command);
  EXPECT_EQ(served.code, 0) << served.err;
  EXPECT_THAT(served.out, HasSubstr("pw.packet_read"));
}

TEST(Compile, UnwritablePlaces) {
  const Scratch scratch;
  scratch.file("file", "");
  for (const std::string& out : {std::string("/nonexistent/out"), scratch.path("file"),
                                 scratch.path("file/out"), std::string("/proc/out")}) {
    const Outcome o = pipewright({"compile", example("mac_swap"), "-o", out});
    EXPECT_EQ(o.code, 1) << out;
    EXPECT_THAT(o.err, HasSubstr("PW-OPT-002")) << out;
  }
}

class Emit : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(Emit, PrintsOrWritesTheStep) {
  const Scratch scratch;
  const auto& [step, expected] = GetParam();
  const Outcome o = pipewright({"compile", example("mac_swap"), "--emit", step});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr(expected));
  EXPECT_EQ(
      pipewright({"compile", example("mac_swap"), "--emit", step, "-o", scratch.path("text")}).code,
      0);
  EXPECT_EQ(slurp(scratch.path("text")), o.out);
}

INSTANTIATE_TEST_SUITE_P(Steps, Emit,
                         testing::Values(std::pair("llvm", "define void @pw.program()"),
                                         std::pair("pw", "pw.program"),
                                         std::pair("stages", "pw.stage")),
                         [](const auto& info) { return info.param.first; });

TEST(Compile, StandardOutputThatIsFull) {
  const std::string command = std::string(PW_BINARY) + " compile " + example("mac_swap") +
                              " --emit llvm > /dev/full 2> /dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1); // PW-OPT-003
}

TEST(Compile, AReaderThatHasSeenEnoughIsNoError) {
  const std::string command = "set -o pipefail; " + std::string(PW_BINARY) + " compile " +
                              example("firewall") + " --emit llvm | head -c 1 > /dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(("bash -c '" + command + "'").c_str())), 0);
}

} // namespace
} // namespace pw::cli_test
