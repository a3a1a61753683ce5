// pipewright compile --wrap.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

std::vector<std::string> words_behind(const std::string& text, const std::string& word) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (const std::size_t at = line.find(word); at != std::string::npos)
      out.push_back(line.substr(at + word.size()));
  return out;
}

// Every file that the report lists is there, and every source that the shell's build reads.
TEST(Wrap, OpennicIsAWholePlugin) {
  const Scratch scratch;
  const std::string out = scratch.path("plugin");
  const Outcome o =
      pipewright({"compile", example("firewall"), "--wrap", "opennic", "-o", out, "--json"});
  ASSERT_EQ(o.code, 0) << o.err;
  const auto report = o.json();
  EXPECT_EQ(report.at("top"), "pw_firewall_opennic");
  for (const auto& file : report.at("files"))
    EXPECT_NE(slurp(file.get<std::string>()), "") << file;
  for (const char* name :
       {"box_250mhz/user_plugin_250mhz_inst.vh", "box_250mhz/box_250mhz_address_map.v",
        "box_250mhz/box_250mhz_address_map_inst.vh", "box_250mhz/box_250mhz_axi_crossbar.tcl",
        "pw_firewall.sig.json", "pw_firewall.shell.json", "README.md"})
    EXPECT_NE(slurp(out + "/" + name), "") << name;
  const auto sources =
      words_behind(slurp(out + "/build_box_250mhz.tcl"), "read_verilog -quiet -sv ");
  EXPECT_GT(sources.size(), 10u);
  for (const std::string& name : sources)
    EXPECT_NE(slurp(out + "/" + name), "") << name;
}

TEST(Wrap, CorundumIsAnApplication) {
  const Scratch scratch;
  const std::string out = scratch.path("pw_firewall");
  const Outcome o = pipewright({"compile", example("firewall"), "--wrap", "corundum", "-o", out});
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(slurp(out + "/rtl/mqnic_app_block.v"), HasSubstr("module mqnic_app_block"));
  EXPECT_THAT(slurp(out + "/app_params.tcl"), HasSubstr("APP_AXIS_SYNC_ENABLE \"1\""));
  EXPECT_THAT(slurp(out + "/files.mk"), HasSubstr("PW_APP ?= app/pw_firewall"));
  for (const std::string& name : words_behind(slurp(out + "/files.mk"), "SYN_FILES += $(PW_APP)/"))
    EXPECT_NE(slurp(out + "/" + name), "") << name;
  for (const std::string& name : words_behind(slurp(out + "/filelist.f"), ""))
    EXPECT_NE(slurp(out + "/" + name), "") << name;
}

// The folder was another plug-in's before.
TEST(Wrap, WritesOverAnOldPlugin) {
  const Scratch scratch;
  const std::string out = scratch.path("plugin");
  EXPECT_EQ(pipewright({"compile", example("mac_swap"), "--wrap", "opennic", "-o", out}).code, 0);
  EXPECT_EQ(pipewright({"compile", example("firewall"), "--wrap", "opennic", "-o", out}).code, 0);
  EXPECT_THAT(slurp(out + "/box_250mhz/user_plugin_250mhz_inst.vh"),
              HasSubstr("pw_firewall_opennic"));
}

TEST(Wrap, InterfacesBeginWhereTheUserSays) {
  const Scratch scratch;
  const std::string out = scratch.path("plugin");
  const Outcome o = pipewright(
      {"compile", example("mac_swap"), "--wrap", "opennic", "--ifindex", "7", "-o", out});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(slurp(out + "/rtl/pw_mac_swap_shell.sv"), HasSubstr("IFINDEX = 32'd7"));
}

TEST(Wrap, SaysWhatDoesNotFit) {
  const Scratch scratch;
  const std::string out = scratch.path("plugin");
  struct {
    std::vector<std::string> options;
    const char* code;
    int exit;
  } const wrong[] = {{{"--wrap", "nowhere"}, "PW-SHL-001", 1},
                     {{"--wrap", "opennic", "--bus", "256"}, "PW-SHL-002", 1},
                     {{"--wrap", "corundum", "--bus", "1024"}, "PW-SHL-002", 1},
                     {{"--wrap", "opennic", "--clock", "200MHz"}, "PW-SHL-003", 1},
                     {{"--wrap", "opennic", "--target", "nfp"}, "PW-OPT-011", 1},
                     {{"--wrap", "opennic", "--emit", "pw"}, "PW-OPT-011", 1}};
  for (const auto& w : wrong) {
    std::vector<std::string> line = {"compile", example("mac_swap"), "-o", out};
    line.insert(line.end(), w.options.begin(), w.options.end());
    const Outcome o = pipewright(line);
    EXPECT_EQ(o.code, w.exit) << o.err;
    EXPECT_THAT(o.err, HasSubstr(w.code));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
}

// `meta` prints nothing; `packet_length` does.
TEST(Wrap, WarnsOfTraceLinesThatGoNowhere) {
  const Scratch scratch;
  auto warnings = [&](const std::string& name) {
    return pipewright(
               {"compile", example(name), "--wrap", "corundum", "-o", scratch.path("plugin")})
        .err;
  };
  EXPECT_THAT(warnings("packet_length"), HasSubstr("PW-SHL-004"));
  EXPECT_EQ(warnings("mac_swap"), "");
}

} // namespace
} // namespace pw::cli_test
