// pipewright synth, and compile --project.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Synth, MissingFile) {
  const Outcome o = pipewright({"synth", "/nonexistent/prog.o"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("error: [PW-OBJ-"));
}

TEST(Synth, UnknownDevice) {
  const Outcome o = pipewright({"synth", example("firewall"), "--device", "xc7z020"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-DEV-003"));
  EXPECT_THAT(o.err, HasSubstr("ice40hx8k"));
}

TEST(Project, ForVivadoBesideTheVerilog) {
  const Scratch scratch;
  const Outcome o = pipewright(
      {"compile", example("firewall"), "--project", "vivado", "-o", scratch.path("out"), "--json"});
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.json().at("files"), Contains(scratch.path("out/pw_firewall.tcl")));
  EXPECT_THAT(o.json().at("files"), Contains(scratch.path("out/pw_firewall.xdc")));
  EXPECT_THAT(slurp(scratch.path("out/pw_firewall.tcl")), HasSubstr("pw_table.sv"));
  EXPECT_THAT(slurp(scratch.path("out/pw_firewall.xdc")), HasSubstr("-period 4.000"));
}

TEST(Project, NotOfACardNorAShell) {
  const Scratch scratch;
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--target", "nfp"}, {"--wrap", "opennic"}, {"--emit", "pw"}}) {
    std::vector<std::string> line = {"compile", example("firewall"), "--project", "vivado",
                                     "-o",      scratch.path("out")};
    line.insert(line.end(), more.begin(), more.end());
    const Outcome o = pipewright(line);
    EXPECT_EQ(o.code, 1);
    EXPECT_THAT(o.err, HasSubstr("PW-OPT-011")) << more[1];
  }
}

TEST(Project, NotOfADeviceThatVivadoDoesNotKnow) {
  const Scratch scratch;
  const Outcome o = pipewright({"compile", example("drop_non_ipv4"), "--project", "vivado",
                                "--device", "ice40hx8k", "-o", scratch.path("out")});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-SYN-004"));
  EXPECT_THAT(scratch.names(), testing::IsEmpty());
}

} // namespace
} // namespace pw::cli_test
