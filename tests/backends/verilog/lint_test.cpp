// Every emitted file and every fixed module is clean in the three tools that read it, and the same
// input gives the same bytes.
#include "backends/verilog/ast/names.h"
#include "backends/verilog/rtl_text.h"
#include "tests/backends/verilog/builder.h"
#include "tests/backends/verilog/simulation.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace pw::test {
namespace {

using MakePipeline = pipeline::Pipeline (*)();
const std::map<std::string, MakePipeline> programs = {
    {"pass_all", pass_all},
    {"swap_and_drop", swap_and_drop},
    {"count_protocols", count_protocols},
    {"count_with_interlock", count_with_interlock},
    {"hash_lookup", hash_lookup},
    {"flow_table", flow_table},
    {"two_accesses", two_accesses},
    {"move_head", move_head},
    {"few_heads", few_heads},
    {"many_writers", many_writers},
    {"read_anywhere", read_anywhere},
    {"all_operations", all_operations}};

std::string run(const std::string& directory, const std::string& command) {
  std::string output;
  int code = shell("cd " + directory + " && " + command, output);
  return code == 0 ? output : "exit code " + std::to_string(code) + "\n" + output;
}

// Icarus says for every file that it has no `timescale, whatever is in it.
const char* const icarus = "iverilog -g2012 -Wall -Wno-timescale -o /dev/null -s ";

class EmittedLint : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    directory_ = scratch("lint_" + GetParam());
    top_ = emit_to(programs.at(GetParam())(), directory_);
  }
  std::string directory_, top_;
};

// Both tops: the one with the control port is that which nobody instantiates, and must be the only
// one, so that a user need not name it.
TEST_P(EmittedLint, Verilator) {
  for (const std::string& top : {"--top-module " + top_, std::string()})
    EXPECT_EQ("", run(directory_, "verilator --lint-only -Wall " + top + " -f filelist.f"));
}

TEST_P(EmittedLint, Yosys) {
  for (const std::string& top : {top_, top_ + "_axil"})
    EXPECT_EQ("", run(directory_, "yosys -q -p 'read_verilog -sv *.sv; hierarchy -check -top " +
                                      top + "; proc; check -assert'"));
}

TEST_P(EmittedLint, Icarus) {
  for (const std::string& top : {top_, top_ + "_axil"})
    EXPECT_EQ("", run(directory_, icarus + top + " -f filelist.f"));
}

INSTANTIATE_TEST_SUITE_P(Programs, EmittedLint, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, make] : programs)
                             names.push_back(name);
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

// Fixed modules with other parameters than the programs above give them.
struct Variant {
  std::string module, parameters; // "-GBUS=32 ..."
};

const Variant variants[] = {
    {"pw_fifo", "-GWIDTH=1 -GDEPTH=2"},
    {"pw_fifo", "-GWIDTH=513 -GDEPTH=1024 -GBLOCK=1"},
    {"pw_credits", "-GDEPTH=2"},
    {"pw_ingress", "-GBUS=8 -GWINDOW_BEATS=32"},
    {"pw_ingress", "-GBUS=64 -GWINDOW_BEATS=4"},
    {"pw_ingress", "-GBUS=64 -GWINDOW_BEATS=1 -GWHOLE=1"},
    {"pw_ingress", "-GBUS=16 -GWINDOW_BEATS=4 -GWHOLE=1"},
    {"pw_packet_ring", "-GDEPTH=4"},
    {"pw_packet_read", "-GBUS=64 -GDEPTH=1024 -GBYTES=64"},
    {"pw_packet_read", "-GBUS=8 -GDEPTH=8192 -GBYTES=1"},
    {"pw_packet_read", "-GBUS=128 -GDEPTH=4 -GBYTES=7"},
    {"pw_interlock", "-GDISTANCE=1 -GHANDLES=0 -GHANDLE_BITS=1"},
    {"pw_interlock", "-GDISTANCE=9 -GHANDLES=3 -GHANDLE_BITS=13"},
    {"pw_skid", "-GWIDTH=700"},
    {"pw_overlay", "-GBUS=16 -GFIRST_BEAT=-3 -GOVERLAY_BEATS=9"},
    {"pw_turn", "-GBUS=8"},
    {"pw_turn", "-GBUS=128"},
    {"pw_shape", "-GMOVES_HEAD=1"},
    {"pw_shape", "-GBUS=8"},
    {"pw_deparser", "-GMOVES_HEAD=1 -GMOVES_TAIL=1 -GFIRST_BEAT=-4 -GOVERLAY_BEATS=8 -GPAYLOAD=80"},
    {"pw_deparser", "-GBUS=8 -GMOVES_HEAD=1 -GFIRST_BEAT=-2 -GOVERLAY_BEATS=4"},
    {"pw_deparser", "-GBUS=32 -GMOVES_TAIL=1"},
    {"pw_clear", "-GDEPTH=1 -GADDRESS=1"},
    {"pw_column", "-GWIDTH=8 -GDEPTH=1 -GADDRESS=1"},
    {"pw_column", "-GWIDTH=64 -GDEPTH=1000 -GADDRESS=10 -GREADS=3 -GWRITES=3 -GLATENCY=2"},
    {"pw_column", "-GWIDTH=64 -GDEPTH=1000 -GADDRESS=10 -GWRITES=2 -GLATENCY=1 -GWHOLE=1"},
    {"pw_order", "-GDEPTH=9 -GADDRESS=4 -GWRITES=3 -GREADS=2 -GLANES=4"},
    {"pw_patch", "-GWIDTH=64 -GADDRESS=7 -GWRITES=4"},
    {"pw_hash_find", "-GKEY=416 -GWAYS=1 -GROW_BITS=6 -GSLOT_BITS=6 -GFINDS=2"},
    {"pw_lpm", "-GKEY=8 -GLEVELS=1 -GROOT_BITS=2 -GFAN_BITS=1 -GROWS=3 -GROW_BITS=2 -GHANDLE=2"},
    {"pw_lpm", "-GKEY=128 -GLEVELS=4 -GROOT_BITS=3 -GFAN_BITS=3 -GROWS=2049 -GROW_BITS=12 "
               "-GHANDLE=12 -GFINDS=2 -GULTRA=24"},
    {"pw_lpm", "-GKEY=2048 -GLEVELS=3 -GROOT_BITS=2 -GFAN_BITS=2 -GROWS=41 -GROW_BITS=6"},
    {"pw_lpm_node", "-GKEY=520 -GBITS=3"},
    {"pw_lpm_node", "-GKEY=8 -GBITS=1"},
    {"pw_lpm_memory", "-GWIDTH=8 -GLANES=1 -GDEPTH=2 -GADDRESS=1"},
    {"pw_present", "-GDEPTH=1 -GSLOT_BITS=1"},
    {"pw_present", "-GDEPTH=300 -GSLOT_BITS=9 -GFINDS=2 -GLATENCY=2"},
    {"pw_table", "-GKEY=8 -GROW_BITS=1 -GENTRIES=1 -GSLOT_BITS=1 -GSTASH=6"},
    {"pw_table", "-GKEY=104 -GROW_BITS=10 -GENTRIES=4096 -GSLOT_BITS=12 -GSTASH=14 -GRESERVE=4"},
    {"pw_table", "-GKEY=416 -GROW_BITS=3 -GENTRIES=50 -GSLOT_BITS=6 -GSTASH=9 -GRESERVE=4 -GLRU=1"},
    {"pw_table", "-GKEY=48 -GROW_BITS=4 -GENTRIES=50 -GSLOT_BITS=6 -GSTASH=12 -GRESERVE=2 "
                 "-GFINDS=2 -GREMOVES=1 "
                 "-GMARGIN=9 -GLAST=8"},
    {"pw_table_find", "-GKEY=8 -GROW_BITS=1 -GSLOT_BITS=1 -GSTASH=6"},
    {"pw_table_find", "-GKEY=104 -GROW_BITS=10 -GSLOT_BITS=12 -GSTASH=14 -GTAKES=1"},
    {"pw_prefixes", "-GKEY=40 -GENTRIES=1 -GSLOT_BITS=1"},
    {"pw_prefixes", "-GKEY=160 -GENTRIES=100 -GSLOT_BITS=7 -GFINDS=2"},
    {"pw_prefix_find", "-GDATA=8 -GLENGTH=4 -GENTRIES=1 -GSLOT_BITS=1"},
    {"pw_prefix_find", "-GDATA=128 -GLENGTH=8 -GENTRIES=33 -GSLOT_BITS=6"},
    {"pw_table_find", "-GKEY=104 -GROW_BITS=10 -GSLOT_BITS=12 -GSTASH=14 -GTAKES=1 -GBEHIND=1"},
    {"pw_table", "-GKEY=48 -GROW_BITS=4 -GENTRIES=50 -GSLOT_BITS=6 -GSTASH=12 -GRESERVE=2 -GLRU=1 "
                 "-GFINDS=1"},
    {"pw_equal", "-GWIDTH=1"},
    {"pw_equal", "-GWIDTH=352"},
    {"pw_table_control", "-GKEY=104 -GROW_BITS=10 -GSLOT_BITS=12 -GLAST=4"},
    {"pw_table_hash", "-GKEY=104 -GROW_BITS=10"},
    {"pw_table_hash", "-GKEY=8 -GROW_BITS=1"},
    {"pw_table_lru", "-GENTRIES=50 -GSLOT_BITS=6 -GLOCATION=7"},
    {"pw_table_lru", "-GENTRIES=3 -GSLOT_BITS=2"},
    {"pw_table_lru", "-GENTRIES=50 -GSLOT_BITS=6 -GLOCATION=7 -GTWO=1"},
    {"pw_table_lru", "-GENTRIES=3 -GSLOT_BITS=2 -GTWO=1"},
    {"pw_table_stamps", ""},
    {"pw_table_stamps", "-GGROUPS=1 -GGROUP_BITS=1"},
    {"pw_table_slots", "-GENTRIES=4096 -GSLOT_BITS=12"},
    {"pw_table_slots", "-GENTRIES=1 -GSLOT_BITS=1"},
    {"pw_host", ""},
    {"pw_axil", "-GADDRESS=12"},
    {"pw_axil", "-GADDRESS=16"},
    {"pw_gate", ""},
    {"pw_counters", "-GCOUNT=2 -GSELECT=1"},
    {"pw_counters", "-GCOUNT=16 -GSELECT=4"},
    {"pw_merge", "-GN=1"},
    {"pw_merge", "-GN=5 -GWIDTH=40"},
    {"pw_follow", "-GWIDTH=97 -GDEPTH=512"},
    {"pw_route", "-GPORTS=3 -GPORT_BITS=2"},
    {"pw_frame_length", "-GBUS=8 -GDEPTH=16 -GLATE=3"},
    {"pw_frame_length", "-GABOUT=161"},
    {"pw_ptp_time", ""},
    {"pw_axil_cross", "-GADDRESS=24 -GPAGE=13 -GTARGETS=1"},
    {"pw_shell_reset", "-GCLOCKS=4"},
    {"pw_shell_control", "-GPORTS=2 -GCOUNTERS=5"},
    {"pw_event_read", ""},
    {"pw_event_read", "-GBUS=8 -GDEPTH=4 -GFIRST=-2 -GOVER=4"},
    {"pw_events", "-GOPS=4 -GMAPS=131328 -GRECORD=192 -GSAMPLES=1"},
    {"pw_events", "-GBUS=8 -GRECORD=8"},
    {"pw_operation", ""},
    {"pw_operation", "-GBUS=8 -GBYTES=24 -GHOST=192"},
    {"pw_control", "-GHOST=1"},
    {"pw_control", "-GHOST=64 -GCOUNTERS=2 -GSELECT=1"},
    {"pw_control", "-GHOST=417"},
};

TEST(FixedModules, VerilatorWithOtherParameters) {
  for (const Variant& v : variants)
    EXPECT_EQ("", run(std::string(PW_SOURCE_DIR) + "/backends/verilog/rtl",
                      "verilator --lint-only -Wall " + v.parameters + " --top-module " + v.module +
                          " " + v.module + ".sv -y ."))
        << v.module << " " << v.parameters;
}

TEST(FixedModules, EachHasAVariantHere) {
  for (const verilog::RtlFile& file : verilog::rtl_files()) {
    std::string name(file.name);
    EXPECT_TRUE(std::ranges::any_of(variants, [&](const Variant& v) {
      return v.module + ".sv" == name;
    })) << name;
  }
}

TEST(Emission, SameInputSameBytes) {
  for (const auto& [name, make] : programs)
    EXPECT_EQ(emit_verilog(make(), {"0", "1"}).files, emit_verilog(make(), {"0", "1"}).files);
}

TEST(Emission, NamesAreLegal) {
  EXPECT_EQ("small_", verilog::legal_name("small"));
  EXPECT_EQ("do_", verilog::legal_name("do"));
  EXPECT_EQ("a_b", verilog::legal_name("a.b"));
  EXPECT_EQ("v9", verilog::legal_name("9"));
  EXPECT_EQ("v", verilog::legal_name(""));
  verilog::NameScope scope;
  EXPECT_EQ("x", scope.unique("x"));
  EXPECT_EQ("x_2", scope.unique("x"));
  EXPECT_EQ("x_3", scope.unique("x"));
}

// Hints that are keywords, ports, or written in characters that Verilog doesn't know.
TEST(Emission, HostileHints) {
  pipeline::Pipeline p = swap_and_drop();
  p.name = "module";
  const char* const hints[] = {"wire", "valid", "a b", "\\x",  "s_axis_tdata",
                               "clk",  "",      "1",   "valid"};
  for (std::size_t i = 0; i < p.values.size(); ++i)
    p.values[i].hint = hints[i % std::size(hints)];
  p.operations[2].location = {"a.c", 1, 1, "#define X \\"};
  std::string directory = scratch("lint_hostile");
  std::string top = emit_to(p, directory);
  EXPECT_EQ("",
            run(directory, "verilator --lint-only -Wall --top-module " + top + " -f filelist.f"));
  EXPECT_EQ("", run(directory, icarus + top + " -f filelist.f"));
}

// A program may be called like a fixed module.
TEST(Emission, NameOfAFixedModule) {
  for (const char* name : {"ingress", "axil", "fifo"}) {
    pipeline::Pipeline p = pass_all();
    p.name = name;
    std::string directory = scratch("lint_name_" + p.name);
    std::string top = emit_to(p, directory);
    EXPECT_EQ("pw_" + p.name + "_program", top);
    EXPECT_EQ("", run(directory, icarus + top + "_axil -f filelist.f"));
  }
}

TEST(Emission, SourceLinesAndBanners) {
  std::string text = emit_verilog(swap_and_drop(), {"abc", "9.9"}).files.at("pw_swap_and_drop.sv");
  for (const char* part :
       {"// ===== stage 1 =====", "// prog.c:10: if (eth->h_proto != bpf_htons(ETH_P_IP))",
        "SHA-256 abc", "pipewright 9.9"})
    EXPECT_NE(std::string::npos, text.find(part)) << part;
}

TEST(Emission, SignatureSaysThatPacketsWaitForTheirLastBeat) {
  const std::map<std::string, bool> waits = {{"read_anywhere", true}, {"move_head", false}};
  for (const auto& [name, whole] : waits) {
    const pipeline::Pipeline p = programs.at(name)();
    VerilogOutput out = emit_verilog(p, {"abc", "9.9"});
    auto sig = nlohmann::json::parse(out.files.at(out.top + ".sig.json"));
    EXPECT_EQ(whole, sig["whole_packet"]) << name;
    EXPECT_EQ(whole ? p.stages + 2 + 2 : p.stages + 1 + 3, sig["latency_cycles"]) << name;
  }
}

TEST(Emission, Signature) {
  auto files = emit_verilog(hash_lookup(), {"abc", "9.9"}).files;
  nlohmann::json sig = nlohmann::json::parse(files.at("pw_hash_lookup.sig.json"));
  EXPECT_EQ("pw_hash_lookup", sig["top"]);
  EXPECT_EQ("abc", sig["input_sha256"]);
  EXPECT_EQ(2u, sig["maps"].size());
  EXPECT_EQ(97, sig["maps"][0]["tables"][0]["width"]);
  EXPECT_EQ(128, sig["maps"][0]["tables"][0]["rows"]);
  EXPECT_EQ(97, sig["host_width"]);
  EXPECT_EQ(10, sig["latency_cycles"]);
  EXPECT_NE(std::string::npos, files.at("filelist.f").find("pw_deparser.sv"));
  EXPECT_EQ("pw_hash_lookup_axil", sig["registers"]["top"]);
  EXPECT_EQ(0xabc00000u, sig["registers"]["program"]);
  EXPECT_EQ("data", sig["registers"]["list"].back()["name"]);
  EXPECT_EQ(4, sig["registers"]["list"].back()["words"]);
}

// What is one of a few constants goes through the result FIFO in as many bits as it takes.
TEST(Emission, BitsThatAreAlike) {
  std::string text = emit_verilog(few_heads(), {"abc", "9.9"}).files.at("pw_few_heads.sv");
  EXPECT_NE(std::string::npos, text.find("wire [2:0] out_head;"));         // 0, 14, -20
  EXPECT_NE(std::string::npos, text.find("wire [1:0] out_redirect_key;")); // 2, -3
  EXPECT_EQ(std::string::npos, text.find("out_redirect_ifindex"));         // 7
}

// Block RAM where block RAM is meant, and no latch or multiple driver on the way to a netlist.
TEST(Synthesis, CounterInBlockRam) {
  std::string directory = scratch("synth");
  pipeline::Pipeline p = count_with_interlock();
  p.maps[0].max_entries = p.maps[0].slots = 4096;
  p.maps[0].handle_bits = 13;
  for (pipeline::Operation& op : p.operations)
    if (op.kind == pipeline::OpKind::MapFind)
      p.values[op.result].width = 13;
  std::string top = emit_to(p, directory);
  std::string out =
      run(directory, "yosys -q -p 'read_verilog -sv *.sv; synth_xilinx -family xcup -top " + top +
                         " -flatten; tee -o stat.json stat -json; check -assert'");
  EXPECT_EQ(std::string::npos, out.find("exit code")) << out;
  std::ifstream file(directory + "/stat.json");
  nlohmann::json cells = nlohmann::json::parse(file)["design"]["num_cells_by_type"];
  EXPECT_EQ(4, cells.value("RAMB36E2", 0)) << cells;  // 4096 counters of 32 bits
  EXPECT_EQ(15, cells.value("RAMB18E2", 0)) << cells; // packet FIFO: 512 times 513 bits
  EXPECT_LE(cells.value("FDRE", 0), 2000) << cells;   // no memory in flip-flops
}

} // namespace
} // namespace pw::test
