// Corundum's core, as far as its application block sees it, with names of its ports that are the same for every shell: the synchronous
// streams and the control port; nothing is at the others.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off PINMISSING */
module shell_bench #(
    parameter integer PORTS = 1
) (
    input  wire                 clk, bus_clk, rst,
    output wire                 reset_done,
    input  wire                 bus_awvalid, bus_wvalid, bus_bready, bus_arvalid, bus_rready,
    input  wire [23:0]          bus_awaddr, bus_araddr,
    input  wire [31:0]          bus_wdata,
    input  wire [3:0]           bus_wstrb,
    output wire                 bus_awready, bus_wready, bus_bvalid, bus_arready, bus_rvalid,
    output wire [1:0]           bus_bresp, bus_rresp,
    output wire [31:0]          bus_rdata,
    input  wire [PORTS-1:0]     rx_tvalid, rx_tlast, rx_bad,
    input  wire [512*PORTS-1:0] rx_tdata,
    input  wire [64*PORTS-1:0]  rx_tkeep,
    input  wire [16*PORTS-1:0]  rx_length,
    input  wire [96*PORTS-1:0]  rx_stamp,
    output wire [PORTS-1:0]     rx_tready,
    output wire [PORTS-1:0]     host_tvalid, host_tlast,
    output wire [512*PORTS-1:0] host_tdata,
    output wire [64*PORTS-1:0]  host_tkeep,
    output wire [128*PORTS-1:0] host_user,
    input  wire [PORTS-1:0]     host_tready,
    input  wire [PORTS-1:0]     sent_tvalid, sent_tlast,
    input  wire [512*PORTS-1:0] sent_tdata,
    input  wire [64*PORTS-1:0]  sent_tkeep,
    input  wire [16*PORTS-1:0]  sent_length,
    output wire [PORTS-1:0]     sent_tready,
    output wire [PORTS-1:0]     wire_tvalid, wire_tlast, wire_ours,
    output wire [512*PORTS-1:0] wire_tdata,
    output wire [64*PORTS-1:0]  wire_tkeep,
    output wire [128*PORTS-1:0] wire_user,
    input  wire [PORTS-1:0]     wire_tready,
    input  wire                 completion_valid,
    input  wire [15:0]          completion_tag,
    output wire                 completion_seen,
    output wire                 begins_packet, begins_operation  // into the pipeline, where operations of the host come in between
);
`ifdef PW_LIVE
  assign begins_packet = block.plugin.core.pipeline.operation.accepted && !block.plugin.core.pipeline.operation.begun && !block.plugin.core.pipeline.operation.to_bad;
  assign begins_operation = block.plugin.core.pipeline.operation.sending && block.plugin.core.pipeline.operation.to_tready && block.plugin.core.pipeline.operation.beat == 0;
`else
  assign {begins_packet, begins_operation} = 0;
`endif
  assign reset_done = !rst;
  wire [97*PORTS-1:0] rx_user, host_given;
  wire [17*PORTS-1:0] sent_user, wire_given;
  wire [16*PORTS-1:0] tags;
  wire [PORTS-1:0] completions, completed, unused_ready;
  genvar i;
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_port
      // The time stamp on each beat, the bad mark with the last one.
      assign rx_user[97*i+:97] = {rx_stamp[96*i+:96], rx_tlast[i] && rx_bad[i]};
      assign sent_user[17*i+:17] = {16'd5, 1'b0};
      assign host_user[128*i+:128] = {31'd0, host_given[97*i+:97]};
      assign wire_user[128*i+:128] = {111'd0, wire_given[17*i+:17]};
      assign wire_ours[i] = wire_given[17*i+1+:16] == 16'hffff;
      assign tags[16*i+:16] = completion_tag;
      assign completions[i] = i == 0 && completion_valid;
    end
  endgenerate
  assign completion_seen = completed[0];
  mqnic_app_block #(.APP_ID(32'h50573031), .IF_COUNT(PORTS), .AXIL_APP_CTRL_ADDR_WIDTH(24)) block (
      .clk(clk), .rst(rst),
      .s_axil_app_ctrl_awaddr(bus_awaddr), .s_axil_app_ctrl_awprot(3'd0), .s_axil_app_ctrl_awvalid(bus_awvalid),
      .s_axil_app_ctrl_awready(bus_awready), .s_axil_app_ctrl_wdata(bus_wdata), .s_axil_app_ctrl_wstrb(bus_wstrb),
      .s_axil_app_ctrl_wvalid(bus_wvalid), .s_axil_app_ctrl_wready(bus_wready), .s_axil_app_ctrl_bresp(bus_bresp),
      .s_axil_app_ctrl_bvalid(bus_bvalid), .s_axil_app_ctrl_bready(bus_bready), .s_axil_app_ctrl_araddr(bus_araddr),
      .s_axil_app_ctrl_arprot(3'd0), .s_axil_app_ctrl_arvalid(bus_arvalid), .s_axil_app_ctrl_arready(bus_arready),
      .s_axil_app_ctrl_rdata(bus_rdata), .s_axil_app_ctrl_rresp(bus_rresp), .s_axil_app_ctrl_rvalid(bus_rvalid),
      .s_axil_app_ctrl_rready(bus_rready),
      .s_axis_sync_rx_tdata(rx_tdata), .s_axis_sync_rx_tkeep(rx_tkeep), .s_axis_sync_rx_tvalid(rx_tvalid),
      .s_axis_sync_rx_tready(rx_tready), .s_axis_sync_rx_tlast(rx_tlast), .s_axis_sync_rx_tuser(rx_user),
      .m_axis_sync_rx_tdata(host_tdata), .m_axis_sync_rx_tkeep(host_tkeep), .m_axis_sync_rx_tvalid(host_tvalid),
      .m_axis_sync_rx_tready(host_tready), .m_axis_sync_rx_tlast(host_tlast), .m_axis_sync_rx_tuser(host_given),
      .s_axis_sync_tx_tdata(sent_tdata), .s_axis_sync_tx_tkeep(sent_tkeep), .s_axis_sync_tx_tvalid(sent_tvalid),
      .s_axis_sync_tx_tready(sent_tready), .s_axis_sync_tx_tlast(sent_tlast), .s_axis_sync_tx_tuser(sent_user),
      .m_axis_sync_tx_tdata(wire_tdata), .m_axis_sync_tx_tkeep(wire_tkeep), .m_axis_sync_tx_tvalid(wire_tvalid),
      .m_axis_sync_tx_tready(wire_tready), .m_axis_sync_tx_tlast(wire_tlast), .m_axis_sync_tx_tuser(wire_given),
      .s_axis_sync_tx_cpl_ts({96 * PORTS{1'b0}}), .s_axis_sync_tx_cpl_tag(tags), .s_axis_sync_tx_cpl_valid(completions),
      .s_axis_sync_tx_cpl_ready(unused_ready), .m_axis_sync_tx_cpl_valid(completed),
      .m_axis_sync_tx_cpl_ready({PORTS{1'b1}}));
  wire unused = &{1'b0, bus_clk, rx_length, sent_length, unused_ready, completed};
endmodule
