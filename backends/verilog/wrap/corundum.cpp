#include "backends/verilog/wrap/parts.h"
#include "backends/verilog/wrap/text.h"

namespace pw::verilog {

namespace {

const char* const module_text =
    R"(// The pipeline $TOP$ in Corundum's synchronous streams, one for all ports. Streams have no length, and say with the last beat whether
// a frame is bad, so each is stored whole before it goes in. Frames from the pipeline and those of the host share the
// transmit streams, frame by frame in turn.
//
// A frame to the host keeps its tuser, with the time stamp; one from the pipeline to the wire has a tag of ones, and its completion
// stays here: the host knows nothing of it.
module $NAME$ #(
    parameter integer PORTS = 1,
    parameter integer RX_USER = 97,  // {time stamp 96, bad}, or bad alone
    parameter integer TX_USER = 17,  // {tag, bad}
    parameter integer TAG = 16,
    parameter integer STAMP = 96,  // of completions
    parameter integer ADDRESS = 24
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire [ADDRESS-1:0]       s_axil_awaddr,
    input  wire                     s_axil_awvalid,
    output wire                     s_axil_awready,
    input  wire [31:0]              s_axil_wdata,
    input  wire [3:0]               s_axil_wstrb,
    input  wire                     s_axil_wvalid,
    output wire                     s_axil_wready,
    output wire [1:0]               s_axil_bresp,
    output wire                     s_axil_bvalid,
    input  wire                     s_axil_bready,
    input  wire [ADDRESS-1:0]       s_axil_araddr,
    input  wire                     s_axil_arvalid,
    output wire                     s_axil_arready,
    output wire [31:0]              s_axil_rdata,
    output wire [1:0]               s_axil_rresp,
    output wire                     s_axil_rvalid,
    input  wire                     s_axil_rready,
    input  wire [512*PORTS-1:0]     s_rx_tdata,
    input  wire [64*PORTS-1:0]      s_rx_tkeep,
    input  wire [PORTS-1:0]         s_rx_tvalid,
    output wire [PORTS-1:0]         s_rx_tready,
    input  wire [PORTS-1:0]         s_rx_tlast,
    input  wire [RX_USER*PORTS-1:0] s_rx_tuser,
    output wire [512*PORTS-1:0]     m_rx_tdata,
    output wire [64*PORTS-1:0]      m_rx_tkeep,
    output wire [PORTS-1:0]         m_rx_tvalid,
    input  wire [PORTS-1:0]         m_rx_tready,
    output wire [PORTS-1:0]         m_rx_tlast,
    output wire [RX_USER*PORTS-1:0] m_rx_tuser,
    input  wire [512*PORTS-1:0]     s_tx_tdata,
    input  wire [64*PORTS-1:0]      s_tx_tkeep,
    input  wire [PORTS-1:0]         s_tx_tvalid,
    output wire [PORTS-1:0]         s_tx_tready,
    input  wire [PORTS-1:0]         s_tx_tlast,
    input  wire [TX_USER*PORTS-1:0] s_tx_tuser,
    output wire [512*PORTS-1:0]     m_tx_tdata,
    output wire [64*PORTS-1:0]      m_tx_tkeep,
    output wire [PORTS-1:0]         m_tx_tvalid,
    input  wire [PORTS-1:0]         m_tx_tready,
    output wire [PORTS-1:0]         m_tx_tlast,
    output wire [TX_USER*PORTS-1:0] m_tx_tuser,
    input  wire [STAMP*PORTS-1:0]   s_cpl_ts,
    input  wire [TAG*PORTS-1:0]     s_cpl_tag,
    input  wire [PORTS-1:0]         s_cpl_valid,
    output wire [PORTS-1:0]         s_cpl_ready,
    output wire [STAMP*PORTS-1:0]   m_cpl_ts,
    output wire [TAG*PORTS-1:0]     m_cpl_tag,
    output wire [PORTS-1:0]         m_cpl_valid,
    input  wire [PORTS-1:0]         m_cpl_ready
);
  // Does the program look at the time? Then a time stamp becomes nanoseconds on its way.
  localparam integer TIME = $TIME$;
  localparam integer LATE = TIME != 0 ? 3 : 2;

  // ===== received =====
  wire [PORTS-1:0] rx_tvalid, rx_tready, rx_tlast, rx_bad, rx_cut;
  wire [512*PORTS-1:0] rx_tdata;
  wire [64*PORTS-1:0] rx_tkeep, rx_time;
  wire [16*PORTS-1:0] rx_length;
  wire [RX_USER*PORTS-1:0] rx_user;
  genvar i;
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_received
      // The one of the frame's last beat: it is the same on all of them.
      wire [RX_USER-1:0] user = s_rx_tuser[RX_USER*i+:RX_USER];
      reg [RX_USER*LATE-1:0] users;
      always_ff @(posedge clk) users <= {users[RX_USER*(LATE-1)-1:0], user};
      wire [RX_USER-1:0] user_late = users[RX_USER*LATE-1-:RX_USER];
      wire [63:0] time_late;
      if (TIME == 0) begin : g_timeless
        assign time_late = 64'd0;
      end else if (RX_USER > 96) begin : g_stamp
        pw_ptp_time convert (.clk(clk), .stamp(user[96:1]), .nanoseconds(time_late));
      end else begin : g_count  // no stamps: nanoseconds since reset, at 250 MHz
        reg [63:0] now;
        always_ff @(posedge clk) begin
          if (rst) now <= 0;
          else now <= now + 64'd4;
        end
        assign time_late = now;
      end
      wire stored_ready;
      assign s_rx_tready[i] = stored_ready && !rst;
      pw_frame_length #(.ABOUT(RX_USER + 64), .LATE(LATE)) lengths (
          .clk(clk), .rst(rst), .s_axis_tvalid(s_rx_tvalid[i] && !rst), .s_axis_tready(stored_ready),
          .s_axis_tdata(s_rx_tdata[512*i+:512]), .s_axis_tkeep(s_rx_tkeep[64*i+:64]), .s_axis_tlast(s_rx_tlast[i]),
          .s_axis_bad(user[0]), .s_late({time_late, user_late}),
          .m_axis_tvalid(rx_tvalid[i]), .m_axis_tready(rx_tready[i]), .m_axis_tdata(rx_tdata[512*i+:512]),
          .m_axis_tkeep(rx_tkeep[64*i+:64]), .m_axis_tlast(rx_tlast[i]), .m_axis_length(rx_length[16*i+:16]),
          .m_axis_bad(rx_bad[i]), .m_about({rx_time[64*i+:64], rx_user[RX_USER*i+:RX_USER]}), .cut(rx_cut[i]));
    end
  endgenerate

  wire [PORTS-1:0] host_tvalid, wire_tvalid, wire_tready;
  wire [511:0] host_tdata, wire_tdata;
  wire [63:0] host_tkeep, wire_tkeep;
  wire host_tlast, wire_tlast;
  wire [15:0] host_length, wire_length;
  wire [RX_USER-1:0] host_user, wire_user;
  $CORE$ #(.PORTS(PORTS), .USER(RX_USER), .ADDRESS(ADDRESS)) core (
      .clk(clk), .rst(rst), .axil_clk(clk), .axil_rst(rst),
      .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready), .s_axil_awaddr(s_axil_awaddr),
      .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready), .s_axil_wdata(s_axil_wdata),
      .s_axil_wstrb(s_axil_wstrb), .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready),
      .s_axil_bresp(s_axil_bresp), .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready),
      .s_axil_araddr(s_axil_araddr), .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready),
      .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp),
      .rx_tvalid(rx_tvalid), .rx_tready(rx_tready), .rx_tdata(rx_tdata), .rx_tkeep(rx_tkeep), .rx_tlast(rx_tlast),
      .rx_length(rx_length), .rx_time(rx_time), .rx_bad(rx_bad), .rx_user(rx_user), .rx_cut(rx_cut),
      .host_tvalid(host_tvalid), .host_tready(m_rx_tready), .host_tdata(host_tdata), .host_tkeep(host_tkeep),
      .host_tlast(host_tlast), .host_length(host_length), .host_user(host_user),
      .wire_tvalid(wire_tvalid), .wire_tready(wire_tready), .wire_tdata(wire_tdata), .wire_tkeep(wire_tkeep),
      .wire_tlast(wire_tlast), .wire_length(wire_length), .wire_user(wire_user));
  wire unused = &{1'b0, host_length, wire_length, wire_user};

  // ===== to the host =====
  assign m_rx_tvalid = host_tvalid;
  assign m_rx_tdata = {PORTS{host_tdata}};
  assign m_rx_tkeep = {PORTS{host_tkeep}};
  assign m_rx_tlast = {PORTS{host_tlast}};
  assign m_rx_tuser = {PORTS{host_user}};

  // ===== to the wire =====
  localparam integer ENTRY = TX_USER + 64 + 512;
  localparam [TAG-1:0] OURS = ~TAG'(0);
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_sent
      wire [1:0] ready;
      assign wire_tready[i] = ready[0];
      assign s_tx_tready[i] = ready[1] && !rst;
      wire [TX_USER-1:0] user = TX_USER'({OURS, 1'b0});
      pw_merge #(.N(2), .WIDTH(ENTRY)) merge (
          .clk(clk), .rst(rst), .s_valid({s_tx_tvalid[i] && !rst, wire_tvalid[i]}), .s_ready(ready),
          .s_data({s_tx_tuser[TX_USER*i+:TX_USER], s_tx_tkeep[64*i+:64], s_tx_tdata[512*i+:512], user, wire_tkeep, wire_tdata}),
          .s_last({s_tx_tlast[i], wire_tlast}), .m_valid(m_tx_tvalid[i]), .m_ready(m_tx_tready[i]),
          .m_data({m_tx_tuser[TX_USER*i+:TX_USER], m_tx_tkeep[64*i+:64], m_tx_tdata[512*i+:512]}), .m_last(m_tx_tlast[i]));
      wire ours = s_cpl_tag[TAG*i+:TAG] == OURS;
      assign m_cpl_valid[i] = s_cpl_valid[i] && !ours;
      assign s_cpl_ready[i] = ours || m_cpl_ready[i];
    end
  endgenerate
  assign m_cpl_ts = s_cpl_ts;
  assign m_cpl_tag = s_cpl_tag;
endmodule
)";

const char* const parameters_text =
    R"(# Parameters of the application block: source this file in a board's config.tcl, behind the lines that set them.
dict set params APP_ID "$ID$"
dict set params APP_ENABLE "1"
dict set params APP_CTRL_ENABLE "1"
dict set params APP_DMA_ENABLE "0"
dict set params APP_AXIS_DIRECT_ENABLE "0"
dict set params APP_AXIS_SYNC_ENABLE "1"
dict set params APP_AXIS_IF_ENABLE "0"
dict set params APP_STAT_ENABLE "0"
)";

} // namespace

std::map<std::string, std::string> corundum_files(const Plugin& plugin) {
  const std::string name = plugin.verilog.top + "_corundum";
  std::map<std::string, std::string> files = {
      {"rtl/" + name + ".sv",
       filled(module_text, {{"TOP", plugin.verilog.top},
                            {"NAME", name},
                            {"CORE", plugin.core()},
                            {"TIME", uses_time(plugin.pipeline) ? "1" : "0"}})},
      {"rtl/mqnic_app_block.v", app_block_text(name)},
      {"app_params.tcl", filled(parameters_text, {{"ID", app_id}})}};
  return files;
}

// What a board's Makefile includes. Its paths are relative to the board's folder.
std::string corundum_build(const Plugin& plugin, const std::vector<std::string>& sources) {
  std::string out =
      "# Sources of the application block. A board's Makefile includes this file; PW_APP is the "
      "plug-in's folder, seen from the folder above\n# the Makefile's.\nPW_APP ?= app/" +
      plugin.verilog.top + "\n";
  for (const std::string& name : sources)
    out += "SYN_FILES += $(PW_APP)/rtl/" + name + "\n";
  return out;
}

} // namespace pw::verilog
