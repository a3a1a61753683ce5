// mqnic_app_block: the ports and parameters that Corundum's core connects, in Verilog 2001.
#include "backends/verilog/wrap/parts.h"
#include "backends/verilog/wrap/text.h"

#include <vector>

namespace pw::verilog {

namespace {

struct AppPort {
  bool output;
  std::string width, name;
  std::string value; // of an output: what it is tied to; empty = the inner module drives it
};
using Ports = std::vector<AppPort>;

// NAME=DEFAULT, in an order in which each stands behind those that it needs.
const char* const parameters =
    "IF_COUNT=1 PORTS_PER_IF=1 SCHED_PER_IF=PORTS_PER_IF PORT_COUNT=IF_COUNT*PORTS_PER_IF "
    "CLK_PERIOD_NS_NUM=4 "
    "CLK_PERIOD_NS_DENOM=1 PTP_CLK_PERIOD_NS_NUM=4 PTP_CLK_PERIOD_NS_DENOM=1 PTP_TS_WIDTH=96 "
    "PTP_PORT_CDC_PIPELINE=0 "
    "PTP_PEROUT_ENABLE=0 PTP_PEROUT_COUNT=1 PTP_TS_ENABLE=1 TX_TAG_WIDTH=16 MAX_TX_SIZE=9214 "
    "MAX_RX_SIZE=9214 "
    "DDR_CH=1 DDR_ENABLE=0 DDR_GROUP_SIZE=1 AXI_DDR_DATA_WIDTH=256 AXI_DDR_ADDR_WIDTH=32 "
    "AXI_DDR_STRB_WIDTH=AXI_DDR_DATA_WIDTH/8 AXI_DDR_ID_WIDTH=8 AXI_DDR_AWUSER_ENABLE=0 "
    "AXI_DDR_AWUSER_WIDTH=1 "
    "AXI_DDR_WUSER_ENABLE=0 AXI_DDR_WUSER_WIDTH=1 AXI_DDR_BUSER_ENABLE=0 AXI_DDR_BUSER_WIDTH=1 "
    "AXI_DDR_ARUSER_ENABLE=0 "
    "AXI_DDR_ARUSER_WIDTH=1 AXI_DDR_RUSER_ENABLE=0 AXI_DDR_RUSER_WIDTH=1 AXI_DDR_MAX_BURST_LEN=256 "
    "AXI_DDR_NARROW_BURST=0 AXI_DDR_FIXED_BURST=0 AXI_DDR_WRAP_BURST=0 HBM_CH=1 HBM_ENABLE=0 "
    "HBM_GROUP_SIZE=1 "
    "AXI_HBM_DATA_WIDTH=256 AXI_HBM_ADDR_WIDTH=32 AXI_HBM_STRB_WIDTH=AXI_HBM_DATA_WIDTH/8 "
    "AXI_HBM_ID_WIDTH=8 "
    "AXI_HBM_AWUSER_ENABLE=0 AXI_HBM_AWUSER_WIDTH=1 AXI_HBM_WUSER_ENABLE=0 AXI_HBM_WUSER_WIDTH=1 "
    "AXI_HBM_BUSER_ENABLE=0 "
    "AXI_HBM_BUSER_WIDTH=1 AXI_HBM_ARUSER_ENABLE=0 AXI_HBM_ARUSER_WIDTH=1 AXI_HBM_RUSER_ENABLE=0 "
    "AXI_HBM_RUSER_WIDTH=1 "
    "AXI_HBM_MAX_BURST_LEN=256 AXI_HBM_NARROW_BURST=0 AXI_HBM_FIXED_BURST=0 AXI_HBM_WRAP_BURST=0 "
    "APP_ID=$ID$ "
    "APP_CTRL_ENABLE=1 APP_DMA_ENABLE=1 APP_AXIS_DIRECT_ENABLE=1 APP_AXIS_SYNC_ENABLE=1 "
    "APP_AXIS_IF_ENABLE=1 "
    "APP_STAT_ENABLE=1 APP_GPIO_IN_WIDTH=32 APP_GPIO_OUT_WIDTH=32 DMA_ADDR_WIDTH=64 "
    "DMA_IMM_ENABLE=0 DMA_IMM_WIDTH=32 "
    "DMA_LEN_WIDTH=16 DMA_TAG_WIDTH=16 RAM_SEL_WIDTH=4 RAM_ADDR_WIDTH=16 RAM_SEG_COUNT=2 "
    "RAM_SEG_DATA_WIDTH=256*2/RAM_SEG_COUNT RAM_SEG_BE_WIDTH=RAM_SEG_DATA_WIDTH/8 "
    "RAM_SEG_ADDR_WIDTH=RAM_ADDR_WIDTH-$clog2(RAM_SEG_COUNT*RAM_SEG_BE_WIDTH) RAM_PIPELINE=2 "
    "AXIL_APP_CTRL_DATA_WIDTH=32 AXIL_APP_CTRL_ADDR_WIDTH=16 "
    "AXIL_APP_CTRL_STRB_WIDTH=AXIL_APP_CTRL_DATA_WIDTH/8 "
    "AXIL_CTRL_DATA_WIDTH=32 AXIL_CTRL_ADDR_WIDTH=16 AXIL_CTRL_STRB_WIDTH=AXIL_CTRL_DATA_WIDTH/8 "
    "AXIS_DATA_WIDTH=512 "
    "AXIS_KEEP_WIDTH=AXIS_DATA_WIDTH/8 AXIS_TX_USER_WIDTH=TX_TAG_WIDTH+1 "
    "AXIS_RX_USER_WIDTH=(PTP_TS_ENABLE?PTP_TS_WIDTH:0)+1 AXIS_RX_USE_READY=0 "
    "AXIS_SYNC_DATA_WIDTH=AXIS_DATA_WIDTH "
    "AXIS_SYNC_KEEP_WIDTH=AXIS_SYNC_DATA_WIDTH/8 AXIS_SYNC_TX_USER_WIDTH=AXIS_TX_USER_WIDTH "
    "AXIS_SYNC_RX_USER_WIDTH=AXIS_RX_USER_WIDTH "
    "AXIS_IF_DATA_WIDTH=AXIS_SYNC_DATA_WIDTH*2**$clog2(PORTS_PER_IF) "
    "AXIS_IF_KEEP_WIDTH=AXIS_IF_DATA_WIDTH/8 AXIS_IF_TX_ID_WIDTH=12 "
    "AXIS_IF_RX_ID_WIDTH=(PORTS_PER_IF>1?$clog2(PORTS_PER_IF):1) "
    "AXIS_IF_TX_DEST_WIDTH=$clog2(PORTS_PER_IF)+4 "
    "AXIS_IF_RX_DEST_WIDTH=8 AXIS_IF_TX_USER_WIDTH=AXIS_SYNC_TX_USER_WIDTH "
    "AXIS_IF_RX_USER_WIDTH=AXIS_SYNC_RX_USER_WIDTH "
    "STAT_ENABLE=1 STAT_INC_WIDTH=24 STAT_ID_WIDTH=12";

void in(Ports& all, const std::string& width, const std::string& name) {
  all.push_back({false, width, name, ""});
}
void out(Ports& all, const std::string& width, const std::string& name, const std::string& value) {
  all.push_back({true, width, name, value});
}

std::string times(const std::string& count, const std::string& width) {
  return width == "1" ? count : count + "*" + width;
}

// `manager`: this block drives it, and does nothing there. The other one is driven by the inner
// module.
void add_axil(Ports& all, bool manager, const std::string& prefix, const std::string& widths) {
  struct Signal {
    const char *name, *width;
    bool forward; // from manager to subordinate
  };
  const std::string address = widths + "_ADDR_WIDTH", data = widths + "_DATA_WIDTH",
                    strobe = widths + "_STRB_WIDTH";
  const Signal signals[] = {
      {"awaddr", "A", true},   {"awprot", "3", true},  {"awvalid", "1", true},
      {"awready", "1", false}, {"wdata", "D", true},   {"wstrb", "S", true},
      {"wvalid", "1", true},   {"wready", "1", false}, {"bresp", "2", false},
      {"bvalid", "1", false},  {"bready", "1", true},  {"araddr", "A", true},
      {"arprot", "3", true},   {"arvalid", "1", true}, {"arready", "1", false},
      {"rdata", "D", false},   {"rresp", "2", false},  {"rvalid", "1", false},
      {"rready", "1", true}};
  for (const Signal& s : signals) {
    const std::string w = s.width, width = w == "A"   ? address
                                           : w == "D" ? data
                                           : w == "S" ? strobe
                                                      : w;
    if (s.forward != manager)
      in(all, width, prefix + s.name);
    else
      out(all, width, prefix + s.name,
          !manager                                 ? ""
          : std::string(s.name).ends_with("ready") ? "1'b1"
                                                   : "0");
  }
}

void add_dma(Ports& all, const std::string& kind) {
  for (const std::string way : {"read", "write"}) {
    const std::string to = "m_axis_" + kind + "_dma_" + way + "_desc_",
                      from = "s_axis_" + kind + "_dma_" + way + "_desc_status_";
    out(all, "DMA_ADDR_WIDTH", to + "dma_addr", "0"),
        out(all, "RAM_SEL_WIDTH", to + "ram_sel", "0");
    out(all, "RAM_ADDR_WIDTH", to + "ram_addr", "0");
    if (way == "write")
      out(all, "DMA_IMM_WIDTH", to + "imm", "0"), out(all, "1", to + "imm_en", "0");
    out(all, "DMA_LEN_WIDTH", to + "len", "0"), out(all, "DMA_TAG_WIDTH", to + "tag", "0");
    out(all, "1", to + "valid", "0"), in(all, "1", to + "ready");
    in(all, "DMA_TAG_WIDTH", from + "tag"), in(all, "4", from + "error"),
        in(all, "1", from + "valid");
  }
}

void add_ram(Ports& all, const std::string& kind) {
  const std::string wr = kind + "_dma_ram_wr_", rd = kind + "_dma_ram_rd_", n = "RAM_SEG_COUNT";
  in(all, n + "*RAM_SEL_WIDTH", wr + "cmd_sel"), in(all, n + "*RAM_SEG_BE_WIDTH", wr + "cmd_be");
  in(all, n + "*RAM_SEG_ADDR_WIDTH", wr + "cmd_addr"),
      in(all, n + "*RAM_SEG_DATA_WIDTH", wr + "cmd_data");
  in(all, n, wr + "cmd_valid"), out(all, n, wr + "cmd_ready", "{RAM_SEG_COUNT{1'b1}}");
  out(all, n, wr + "done", wr + "cmd_valid");
  in(all, n + "*RAM_SEL_WIDTH", rd + "cmd_sel"),
      in(all, n + "*RAM_SEG_ADDR_WIDTH", rd + "cmd_addr");
  in(all, n, rd + "cmd_valid"), out(all, n, rd + "cmd_ready", rd + "resp_ready");
  out(all, n + "*RAM_SEG_DATA_WIDTH", rd + "resp_data", "0"),
      out(all, n, rd + "resp_valid", rd + "cmd_valid");
  in(all, n, rd + "resp_ready");
}

void add_ptp(Ports& all) {
  for (const char* name : {"ptp_clk", "ptp_rst", "ptp_sample_clk", "ptp_td_sd", "ptp_pps",
                           "ptp_pps_str", "ptp_sync_locked"})
    in(all, "1", name);
  in(all, "PTP_TS_WIDTH", "ptp_sync_ts_rel"), in(all, "1", "ptp_sync_ts_rel_step");
  in(all, "PTP_TS_WIDTH", "ptp_sync_ts_tod"), in(all, "1", "ptp_sync_ts_tod_step");
  in(all, "1", "ptp_sync_pps"), in(all, "1", "ptp_sync_pps_str");
  for (const char* name : {"locked", "error", "pulse"})
    in(all, "PTP_PEROUT_COUNT", std::string("ptp_perout_") + name);
}

struct Signal {
  std::string name, width;
};

// A stream that comes in at s_axis_NAME_ and leaves at m_axis_NAME_: as it is, or through the inner
// module.
void add_pass(Ports& all, const std::string& name, const std::string& count,
              const std::vector<Signal>& signals, bool inner, const std::string& ready) {
  const std::string s = "s_axis_" + name + "_", m = "m_axis_" + name + "_";
  for (const Signal& x : signals) {
    if (x.name == ready)
      out(all, times(count, x.width), s + x.name, inner ? "" : m + x.name);
    else
      in(all, times(count, x.width), s + x.name);
  }
  for (const Signal& x : signals) {
    if (x.name == ready)
      in(all, times(count, x.width), m + x.name);
    else
      out(all, times(count, x.width), m + x.name, inner ? "" : s + x.name);
  }
}

std::vector<Signal> stream_signals(const std::string& widths, const std::string& way, bool tagged) {
  std::vector<Signal> all = {{"tdata", widths + "_DATA_WIDTH"},
                             {"tkeep", widths + "_KEEP_WIDTH"},
                             {"tvalid", "1"},
                             {"tready", "1"},
                             {"tlast", "1"}};
  if (tagged)
    all.push_back({"tid", widths + "_" + way + "_ID_WIDTH"}),
        all.push_back({"tdest", widths + "_" + way + "_DEST_WIDTH"});
  all.push_back({"tuser", widths + "_" + way + "_USER_WIDTH"});
  return all;
}

// The streams of one of the three places in the data path.
void add_streams(Ports& all, const std::string& place, const std::string& widths,
                 const std::string& count) {
  const bool inner = place == "sync", direct = place == "direct", tagged = place == "if";
  if (direct)
    in(all, count, "direct_tx_clk"), in(all, count, "direct_tx_rst");
  add_pass(all, place + "_tx", count, stream_signals(widths, "TX", tagged), inner, "tready");
  add_pass(all, place + "_tx_cpl", count,
           {{"ts", "PTP_TS_WIDTH"}, {"tag", "TX_TAG_WIDTH"}, {"valid", "1"}, {"ready", "1"}}, inner,
           "ready");
  if (direct)
    in(all, count, "direct_rx_clk"), in(all, count, "direct_rx_rst");
  add_pass(all, place + "_rx", count, stream_signals(widths, "RX", tagged), inner, "tready");
}

void add_memory(Ports& all, const std::string& name, const std::string& upper) {
  const std::string n = upper + "_CH", axi = "AXI_" + upper + "_", m = "m_axi_" + name + "_";
  in(all, n, name + "_clk"), in(all, n, name + "_rst");
  auto address = [&](const std::string& x, const std::string& user) {
    for (const Signal& s : std::vector<Signal>{{"id", axi + "ID_WIDTH"},
                                               {"addr", axi + "ADDR_WIDTH"},
                                               {"len", "8"},
                                               {"size", "3"},
                                               {"burst", "2"},
                                               {"lock", "1"},
                                               {"cache", "4"},
                                               {"prot", "3"},
                                               {"qos", "4"},
                                               {"user", axi + user},
                                               {"valid", "1"}})
      out(all, times(n, s.width), m + x + s.name, "0");
    in(all, n, m + x + "ready");
  };
  address("aw", "AWUSER_WIDTH");
  out(all, n + "*" + axi + "DATA_WIDTH", m + "wdata", "0"),
      out(all, n + "*" + axi + "STRB_WIDTH", m + "wstrb", "0");
  out(all, n, m + "wlast", "0"), out(all, n + "*" + axi + "WUSER_WIDTH", m + "wuser", "0"),
      out(all, n, m + "wvalid", "0");
  in(all, n, m + "wready"), in(all, n + "*" + axi + "ID_WIDTH", m + "bid"),
      in(all, n + "*2", m + "bresp");
  in(all, n + "*" + axi + "BUSER_WIDTH", m + "buser"), in(all, n, m + "bvalid"),
      out(all, n, m + "bready", "0");
  address("ar", "ARUSER_WIDTH");
  in(all, n + "*" + axi + "ID_WIDTH", m + "rid"),
      in(all, n + "*" + axi + "DATA_WIDTH", m + "rdata");
  in(all, n + "*2", m + "rresp"), in(all, n, m + "rlast"),
      in(all, n + "*" + axi + "RUSER_WIDTH", m + "ruser");
  in(all, n, m + "rvalid"), out(all, n, m + "rready", "0"), in(all, n, name + "_status");
}

Ports app_ports() {
  Ports all;
  in(all, "1", "clk"), in(all, "1", "rst");
  add_axil(all, false, "s_axil_app_ctrl_", "AXIL_APP_CTRL");
  add_axil(all, true, "m_axil_ctrl_", "AXIL_CTRL");
  add_dma(all, "ctrl"), add_dma(all, "data");
  add_ram(all, "ctrl"), add_ram(all, "data");
  add_ptp(all);
  add_streams(all, "direct", "AXIS", "PORT_COUNT");
  add_streams(all, "sync", "AXIS_SYNC", "PORT_COUNT");
  add_streams(all, "if", "AXIS_IF", "IF_COUNT");
  add_memory(all, "ddr", "DDR"), add_memory(all, "hbm", "HBM");
  out(all, "STAT_INC_WIDTH", "m_axis_stat_tdata", "0"),
      out(all, "STAT_ID_WIDTH", "m_axis_stat_tid", "0");
  out(all, "1", "m_axis_stat_tvalid", "0"), in(all, "1", "m_axis_stat_tready");
  in(all, "APP_GPIO_IN_WIDTH", "gpio_in"), out(all, "APP_GPIO_OUT_WIDTH", "gpio_out", "0");
  in(all, "1", "jtag_tdi"), out(all, "1", "jtag_tdo", "jtag_tdi"), in(all, "1", "jtag_tms"),
      in(all, "1", "jtag_tck");
  return all;
}

std::string parameter_list() {
  std::string text = filled(parameters, {{"ID", app_id}}), all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size()), equals = text.find('=', at);
    all += std::string(all.empty() ? "" : ",\n") + "    parameter " + text.substr(at, equals - at) +
           " = " + text.substr(equals + 1, end - equals - 1);
    at = end + 1;
  }
  return all;
}

std::string port_list(const Ports& ports) {
  std::string all;
  for (const AppPort& p : ports)
    all += std::string(all.empty() ? "" : ",\n") +
           (p.output ? "    output wire " : "    input  wire ") +
           (p.width == "1" ? "" : "[" + p.width + "-1:0] ") + p.name;
  return all;
}

std::string ties(const Ports& ports) {
  std::string all;
  for (const AppPort& p : ports)
    if (!p.value.empty())
      all += "  assign " + p.name + " = " +
             (p.value == "0" ? p.width == "1" ? "1'b0" : "{" + p.width + "{1'b0}}" : p.value) +
             ";\n";
  return all;
}

// Ports of the inner module that stand for those with other names here.
std::string connections() {
  std::string all;
  for (const char* signal :
       {"awaddr", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid",
        "bready", "araddr", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready"})
    all += std::string("    .s_axil_") + signal + "(s_axil_app_ctrl_" + signal + "),\n";
  for (const char* side : {"s", "m"})
    for (const char* way : {"rx", "tx"})
      for (const char* signal : {"tdata", "tkeep", "tvalid", "tready", "tlast", "tuser"})
        all += std::string("    .") + side + "_" + way + "_" + signal + "(" + side + "_axis_sync_" +
               way + "_" + signal + "),\n";
  for (const char* side : {"s", "m"})
    for (const char* signal : {"ts", "tag", "valid", "ready"})
      all += std::string("    .") + side + "_cpl_" + signal + "(" + side + "_axis_sync_tx_cpl_" +
             signal + "),\n";
  return all + "    .clk(clk),\n    .rst(rst)\n";
}

const char* const block_text =
    R"__(// The application block that Corundum's core instantiates: the pipeline sits in the synchronous streams (APP_AXIS_SYNC_ENABLE), all else
// is tied off or passed through. Verilog 2001.
`timescale 1ns / 1ps
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off UNUSEDPARAM */
module mqnic_app_block #(
$PARAMETERS$
) (
$PORTS$
);
  initial begin
    if (APP_ID != $ID$) begin
      $error("APP_ID is %x, this block has $ID$ (app_params.tcl)", APP_ID);
$finish;
end if (AXIS_SYNC_DATA_WIDTH != 512 || AXIL_APP_CTRL_DATA_WIDTH != 32)
    begin $error("streams of %0d bits and control of %0d; this block needs 512 and 32",
                 AXIS_SYNC_DATA_WIDTH, AXIL_APP_CTRL_DATA_WIDTH);
$finish;
end end

    $TIES$ $INNER$ #(.PORTS(PORT_COUNT), .RX_USER(AXIS_SYNC_RX_USER_WIDTH),
                     .TX_USER(AXIS_SYNC_TX_USER_WIDTH), .TAG(TX_TAG_WIDTH), .STAMP(PTP_TS_WIDTH),
                     .ADDRESS(AXIL_APP_CTRL_ADDR_WIDTH))plugin($CONNECTIONS$);
endmodule
)__";

} // namespace

std::string app_block_text(const std::string& inner) {
  const Ports ports = app_ports();
  return filled(block_text, {{"PARAMETERS", parameter_list()},
                             {"PORTS", port_list(ports)},
                             {"TIES", ties(ports)},
                             {"INNER", inner},
                             {"ID", app_id},
                             {"CONNECTIONS", connections()}});
}

} // namespace pw::verilog
