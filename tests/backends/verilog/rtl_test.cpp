// Runs the bench of each fixed module under Icarus, with several sets of parameters. A bench prints
// PASS or FAIL as its last word.
#include "backends/verilog/rtl_text.h"
#include "tests/backends/verilog/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace pw::test {
namespace {

struct Bench {
  const char* module;
  const char* parameters; // "WIDTH=8 DEPTH=4"
};

const Bench benches[] = {
    {"pw_fifo", "WIDTH=9 DEPTH=2 BLOCK=0"},
    {"pw_fifo", "WIDTH=33 DEPTH=16 BLOCK=0"},
    {"pw_fifo", "WIDTH=33 DEPTH=8 BLOCK=1"},
    {"pw_fifo", "WIDTH=513 DEPTH=64 BLOCK=1"},
    {"pw_skid", "WIDTH=16"},
    {"pw_credits", "DEPTH=2"},
    {"pw_credits", "DEPTH=16"},
    {"pw_ingress", "BUS=64 WINDOW_BEATS=1"},
    {"pw_ingress", "BUS=16 WINDOW_BEATS=3"},
    {"pw_ingress", "BUS=8 WINDOW_BEATS=8"},
    {"pw_ingress", "BUS=64 WINDOW_BEATS=1 WHOLE=1"},
    {"pw_ingress", "BUS=16 WINDOW_BEATS=3 WHOLE=1"},
    {"pw_ingress", "BUS=8 WINDOW_BEATS=8 WHOLE=1"},
    {"pw_packet_ring", "DEPTH=4"},
    {"pw_packet_ring", "DEPTH=512"},
    {"pw_packet_read", "BUS=16 DEPTH=16 BYTES=5"},
    {"pw_packet_read", "BUS=8 DEPTH=64 BYTES=8"},
    {"pw_packet_read", "BUS=64 DEPTH=8 BYTES=64"},
    {"pw_packet_read", "BUS=8 DEPTH=8 BYTES=1"},
    {"pw_event_read", "BUS=16 DEPTH=16 FIRST=-1 OVER=3"},
    {"pw_event_read", "BUS=8 DEPTH=64 FIRST=0 OVER=1"},
    {"pw_event_read", "BUS=64 DEPTH=8 FIRST=0 OVER=2"},
    {"pw_events", "BUS=16 OPS=2 RECORD=32 SAMPLES=1 FIRST=-1 OVER=3"},
    {"pw_events", "BUS=8 OPS=3 RECORD=8 SAMPLES=1 FIRST=0 OVER=1"},
    {"pw_events", "BUS=64 OPS=1 RECORD=64 SAMPLES=1 FIRST=0 OVER=1"},
    {"pw_events", "BUS=16 OPS=4 RECORD=48 SAMPLES=0"},
    {"pw_interlock", "DISTANCE=1 HANDLES=1 HANDLE_BITS=3"},
    {"pw_interlock", "DISTANCE=4 HANDLES=2 HANDLE_BITS=4"},
    {"pw_interlock", "DISTANCE=3 HANDLES=0 HANDLE_BITS=1"},
    {"pw_interlock", "DISTANCE=2 HANDLES=1 HANDLE_BITS=1"},
    {"pw_clear", "DEPTH=5 ADDRESS=3"},
    {"pw_clear", "DEPTH=1 ADDRESS=1"},
    {"pw_host", ""},
    {"pw_axil", "ADDRESS=7"},
    {"pw_axil", "ADDRESS=5"},
    {"pw_gate", ""},
    {"pw_counters", "COUNT=10 SELECT=4"},
    {"pw_counters", "COUNT=2 SELECT=1"},
    {"pw_counters", "COUNT=16 SELECT=4"},
    {"pw_axil_cross", "SLOW=4 FAST=2"},
    {"pw_axil_cross", "SLOW=2 FAST=2"},
    {"pw_axil_cross", "SLOW=3 FAST=7"},
    {"pw_shell_reset", "CLOCKS=64"},
    {"pw_shell_reset", "CLOCKS=4"},
    {"pw_shell_control", "PORTS=1 COUNTERS=4"},
    {"pw_shell_control", "PORTS=2 COUNTERS=5"},
    {"pw_merge", "N=1"},
    {"pw_merge", "N=2"},
    {"pw_merge", "N=5"},
    {"pw_follow", "WIDTH=16 DEPTH=8"},
    {"pw_follow", "WIDTH=97 DEPTH=64"},
    {"pw_route", "PORTS=1 PORT_BITS=1"},
    {"pw_route", "PORTS=3 PORT_BITS=2"},
    {"pw_frame_length", "BUS=8 DEPTH=16 LATE=2"},
    {"pw_frame_length", "BUS=64 DEPTH=64 FRAMES=64 LATE=3"},
    {"pw_ptp_time", ""},
    {"pw_control", "HOST=40"},
    {"pw_control", "HOST=32"},
    {"pw_control", "HOST=97 COUNTERS=3 SELECT=2"},
    {"pw_operation", "BUS=8 BYTES=20 HOST=160"},
    {"pw_operation", "BUS=64 BYTES=40 HOST=320"},
    {"pw_operation", "BUS=16 BYTES=48 HOST=500"},
    {"pw_turn", "BUS=64"},
    {"pw_turn", "BUS=8"},
    {"pw_overlay", "BUS=8 FIRST_BEAT=-2 OVERLAY_BEATS=5"},
    {"pw_overlay", "BUS=16 FIRST_BEAT=0 OVERLAY_BEATS=1"},
    {"pw_patch", "WIDTH=16 ADDRESS=2 WRITES=3"},
    {"pw_patch", "WIDTH=8 ADDRESS=1 WRITES=1"},
    {"pw_order", "DEPTH=3 ADDRESS=2 WRITES=2 READS=1 LANES=1"},
    {"pw_order", "DEPTH=4 ADDRESS=2 WRITES=4 READS=2 LANES=3"},
    {"pw_column", "WIDTH=32 DEPTH=4 ADDRESS=2 READS=1 WRITES=1 LATENCY=1"},
    {"pw_column", "WIDTH=32 DEPTH=4 ADDRESS=2 READS=1 WRITES=3 LATENCY=2 WHOLE=1"},
    {"pw_column", "WIDTH=32 DEPTH=4 ADDRESS=2 READS=2 WRITES=1 LATENCY=2"},
    {"pw_column", "WIDTH=16 DEPTH=3 ADDRESS=2 READS=2 WRITES=2 LATENCY=1"},
    {"pw_column", "WIDTH=16 DEPTH=3 ADDRESS=2 READS=2 WRITES=3 LATENCY=2"},
    {"pw_column", "WIDTH=64 DEPTH=20 ADDRESS=7 READS=3 WRITES=2 LATENCY=2"},
    {"pw_column", "WIDTH=8 DEPTH=1 ADDRESS=1 READS=1 WRITES=1 LATENCY=1"},
    {"pw_hash_find", "KEY=32 WAYS=4 ROW_BITS=3 SLOT_BITS=5 FINDS=2"},
    {"pw_hash_find", "KEY=104 WAYS=1 ROW_BITS=4 SLOT_BITS=4 FINDS=1"},
    {"pw_table_hash", "KEY=32 ROW_BITS=4"},
    {"pw_table_hash", "KEY=9 ROW_BITS=1"},
    {"pw_table_hash", "KEY=104 ROW_BITS=10 WAYS=2"},
    {"pw_table_slots", "ENTRIES=5 SLOT_BITS=3"},
    {"pw_table_slots", "ENTRIES=1 SLOT_BITS=1"},
    {"pw_table_slots", "ENTRIES=16 SLOT_BITS=4"},
    {"pw_table_lru", "ENTRIES=11 SLOT_BITS=4"},
    {"pw_table_lru", "ENTRIES=1 SLOT_BITS=1 LOCATION=3"},
    {"pw_table_lru", "ENTRIES=5 SLOT_BITS=3 LOCATION=4"},
    {"pw_table_lru", "ENTRIES=64 SLOT_BITS=6 LOCATION=8"},
    {"pw_table_lru", "ENTRIES=11 SLOT_BITS=4 TWO=1"},
    {"pw_table_lru", "ENTRIES=1 SLOT_BITS=1 LOCATION=3 TWO=1"},
    {"pw_table_lru", "ENTRIES=5 SLOT_BITS=3 LOCATION=4 TWO=1"},
    {"pw_table_lru", "ENTRIES=64 SLOT_BITS=6 LOCATION=8 TWO=1"},
    {"pw_table_stamps", "GROUPS=1 GROUP_BITS=1"},
    {"pw_table_stamps", "GROUPS=3 GROUP_BITS=2"},
    {"pw_table_stamps", "GROUPS=64 GROUP_BITS=6"},
    {"pw_equal", "WIDTH=1"},
    {"pw_equal", "WIDTH=8"},
    {"pw_equal", "WIDTH=352"},
    {"pw_table_control", "KEY=16 ROW_BITS=2"},
    {"pw_table", "KEY=32 LRU=0"},
    {"pw_table", "KEY=104 LRU=1"},
    {"pw_table", "KEY=104 ENTRIES=3 SLOT_BITS=2 ROW_BITS=1 LRU=1"},
    {"pw_table_find", "KEY=8"},
    {"pw_table_find", "KEY=40 ENTRIES=31 SLOT_BITS=5 ROW_BITS=2 MARGIN=12"},
    {"pw_table_find", "KEY=32 ENTRIES=1 SLOT_BITS=1 MARGIN=9"},
    {"pw_prefixes", "KEY=40 ENTRIES=6 SLOT_BITS=3"},
    {"pw_prefixes", "KEY=40 ENTRIES=1 SLOT_BITS=1"},
    {"pw_prefixes", "KEY=64 ENTRIES=9 SLOT_BITS=4"},
    {"pw_prefix_find", "DATA=16 ENTRIES=9 SLOT_BITS=4"},
    {"pw_prefix_find", "DATA=8 ENTRIES=1 SLOT_BITS=1"},
    {"pw_prefix_find", "DATA=32 ENTRIES=20 SLOT_BITS=5"},
    {"pw_lpm_node", "KEY=32 BITS=2"},
    {"pw_lpm_node", "KEY=8 BITS=1"},
    {"pw_lpm_node", "KEY=128 BITS=4"},
    {"pw_lpm_node", "KEY=520 BITS=3"},
    {"pw_lpm_memory", "WIDTH=32 LANES=3 DEPTH=5 ADDRESS=3"},
    {"pw_lpm_memory", "WIDTH=8 LANES=1 DEPTH=2 ADDRESS=1"},
    {"pw_lpm", "KEY=8 LEVELS=1 ROOT_BITS=2 FAN_BITS=1 ROWS=3 HANDLE=2 FINDS=1"},
    {"pw_lpm", "KEY=32 LEVELS=1 ROOT_BITS=5 FAN_BITS=1 ROWS=31 HANDLE=5 FINDS=1"},
    {"pw_lpm", "KEY=24 LEVELS=2 ROOT_BITS=2 FAN_BITS=2 ROWS=9 HANDLE=3 FINDS=2"},
    {"pw_lpm", "KEY=32 LEVELS=3 ROOT_BITS=3 FAN_BITS=2 ROWS=127 HANDLE=7 FINDS=3"},
    {"pw_lpm", "KEY=128 LEVELS=3 ROOT_BITS=1 FAN_BITS=3 ROWS=75 HANDLE=7 FINDS=1 ULTRA=12"},
    {"pw_present", "DEPTH=5 SLOT_BITS=3 FINDS=2 LATENCY=1"},
    {"pw_present", "DEPTH=64 SLOT_BITS=6 FINDS=1 LATENCY=2"},
    {"pw_present", "DEPTH=1 SLOT_BITS=1 FINDS=1 LATENCY=1"},
    {"pw_shape", "BUS=64 MOVES_HEAD=0"},
    {"pw_shape", "BUS=64 MOVES_HEAD=1"},
    {"pw_shape", "BUS=8 MOVES_HEAD=1"},
    {"pw_deparser", "BUS=64 MOVES_HEAD=0 MOVES_TAIL=0"},
    {"pw_deparser", "BUS=16 MOVES_HEAD=0 MOVES_TAIL=1"},
    {"pw_deparser", "BUS=64 MOVES_HEAD=1 MOVES_TAIL=1"},
    {"pw_deparser", "BUS=16 MOVES_HEAD=1 MOVES_TAIL=1"},
    {"pw_deparser", "BUS=8 MOVES_HEAD=1 MOVES_TAIL=0"},
};

std::string with_flags(const Bench& b) {
  std::string out = b.parameters, flag = std::string("-P ") + b.module + "_tb.";
  for (std::size_t at = 0; !out.empty() && at != std::string::npos;) {
    out.insert(at, flag);
    at = out.find(' ', at + flag.size());
    at = at == std::string::npos ? at : at + 1;
  }
  return out;
}

class RtlBench : public testing::TestWithParam<Bench> {};

TEST_P(RtlBench, Passes) {
  std::string source = PW_SOURCE_DIR, module = GetParam().module;
  std::string program =
      scratch(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".vvp";
  std::filesystem::create_directories(std::filesystem::path(program).parent_path());
  std::string output;
  int code = shell("iverilog -g2012 " + with_flags(GetParam()) + " -s " + module + "_tb -o " +
                       program + " " + source + "/tests/backends/verilog/rtl/" + module +
                       "_tb.sv " + source + "/backends/verilog/rtl/*.sv && vvp -n " + program,
                   output);
  EXPECT_EQ(0, code) << output;
  EXPECT_NE(std::string::npos, output.rfind("PASS\n")) << output;
}

std::string bench_name(const testing::TestParamInfo<Bench>& info) {
  std::string name = std::string(info.param.module) + "_" + info.param.parameters;
  std::erase_if(name, [](char c) { return c == '='; });
  std::ranges::replace(name, ' ', '_');
  std::ranges::replace(name, '-', 'm');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Modules, RtlBench, testing::ValuesIn(benches), bench_name);

TEST(RtlBenches, EveryModuleHasOne) {
  for (const verilog::RtlFile& file : verilog::rtl_files()) {
    std::string name(file.name);
    EXPECT_TRUE(std::ranges::any_of(benches, [&](const Bench& b) {
      return std::string(b.module) + ".sv" == name;
    })) << name;
  }
}

} // namespace
} // namespace pw::test
