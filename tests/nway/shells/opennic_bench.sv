// OpenNIC's 250 MHz box, as far as a plug-in sees it, with names of its ports that are the same for every shell. PORTS ports and functions,
// one QDMA. Reset goes in as the shell gives it: active low, of the slower clock.
/* verilator lint_off DECLFILENAME */
module box_250mhz #(
    parameter integer USE_PHYS_FUNC = 1,
    parameter integer NUM_PHYS_FUNC = 1,
    parameter integer NUM_QDMA = 1,
    parameter integer NUM_CMAC_PORT = 1
) (
    input  wire         s_axil_awvalid, s_axil_wvalid, s_axil_bready, s_axil_arvalid, s_axil_rready,
    input  wire [31:0]  s_axil_awaddr, s_axil_wdata, s_axil_araddr,
    output wire         s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid,
    output wire [1:0]   s_axil_bresp, s_axil_rresp,
    output wire [31:0]  s_axil_rdata,
    input  wire [NUM_PHYS_FUNC*NUM_QDMA-1:0]     s_axis_qdma_h2c_tvalid, s_axis_qdma_h2c_tlast,
    input  wire [512*NUM_PHYS_FUNC*NUM_QDMA-1:0] s_axis_qdma_h2c_tdata,
    input  wire [64*NUM_PHYS_FUNC*NUM_QDMA-1:0]  s_axis_qdma_h2c_tkeep,
    input  wire [16*NUM_PHYS_FUNC*NUM_QDMA-1:0]  s_axis_qdma_h2c_tuser_size, s_axis_qdma_h2c_tuser_src, s_axis_qdma_h2c_tuser_dst,
    output wire [NUM_PHYS_FUNC*NUM_QDMA-1:0]     s_axis_qdma_h2c_tready,
    output wire [NUM_PHYS_FUNC*NUM_QDMA-1:0]     m_axis_qdma_c2h_tvalid, m_axis_qdma_c2h_tlast,
    output wire [512*NUM_PHYS_FUNC*NUM_QDMA-1:0] m_axis_qdma_c2h_tdata,
    output wire [64*NUM_PHYS_FUNC*NUM_QDMA-1:0]  m_axis_qdma_c2h_tkeep,
    output wire [16*NUM_PHYS_FUNC*NUM_QDMA-1:0]  m_axis_qdma_c2h_tuser_size, m_axis_qdma_c2h_tuser_src, m_axis_qdma_c2h_tuser_dst,
    input  wire [NUM_PHYS_FUNC*NUM_QDMA-1:0]     m_axis_qdma_c2h_tready,
    output wire [NUM_CMAC_PORT-1:0]     m_axis_adap_tx_250mhz_tvalid, m_axis_adap_tx_250mhz_tlast,
    output wire [512*NUM_CMAC_PORT-1:0] m_axis_adap_tx_250mhz_tdata,
    output wire [64*NUM_CMAC_PORT-1:0]  m_axis_adap_tx_250mhz_tkeep,
    output wire [16*NUM_CMAC_PORT-1:0]  m_axis_adap_tx_250mhz_tuser_size, m_axis_adap_tx_250mhz_tuser_src, m_axis_adap_tx_250mhz_tuser_dst,
    input  wire [NUM_CMAC_PORT-1:0]     m_axis_adap_tx_250mhz_tready,
    input  wire [NUM_CMAC_PORT-1:0]     s_axis_adap_rx_250mhz_tvalid, s_axis_adap_rx_250mhz_tlast,
    input  wire [512*NUM_CMAC_PORT-1:0] s_axis_adap_rx_250mhz_tdata,
    input  wire [64*NUM_CMAC_PORT-1:0]  s_axis_adap_rx_250mhz_tkeep,
    input  wire [16*NUM_CMAC_PORT-1:0]  s_axis_adap_rx_250mhz_tuser_size, s_axis_adap_rx_250mhz_tuser_src, s_axis_adap_rx_250mhz_tuser_dst,
    output wire [NUM_CMAC_PORT-1:0]     s_axis_adap_rx_250mhz_tready,
    input  wire [15:0]  mod_rstn,
    output wire [15:0]  mod_rst_done,
    input  wire         axil_aclk,
    input  wire         axis_aclk
);
  `include "box_250mhz_address_map_inst.vh"
  `include "user_plugin_250mhz_inst.vh"
  wire unused = &{1'b0, mod_rstn};
endmodule

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
  assign begins_packet = box.pw_plugin.core.pipeline.operation.accepted && !box.pw_plugin.core.pipeline.operation.begun && !box.pw_plugin.core.pipeline.operation.to_bad;
  assign begins_operation = box.pw_plugin.core.pipeline.operation.sending && box.pw_plugin.core.pipeline.operation.to_tready && box.pw_plugin.core.pipeline.operation.beat == 0;
`else
  assign {begins_packet, begins_operation} = 0;
`endif
  wire [15:0] done;
  assign reset_done = &done;
  wire [16*PORTS-1:0] functions, ports;
  wire [16*PORTS-1:0] none = 0;
  wire [16*PORTS-1:0] host_size, host_src, host_dst, wire_size, wire_src, wire_dst;
  genvar i;
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_port
      assign functions[16*i+:16] = 16'd1 << i;
      assign ports[16*i+:16] = 16'd64 << i;
      assign host_user[128*i+:128] = {80'd0, host_dst[16*i+:16], host_src[16*i+:16], host_size[16*i+:16]};
      assign wire_user[128*i+:128] = {80'd0, wire_dst[16*i+:16], wire_src[16*i+:16], wire_size[16*i+:16]};
      assign wire_ours[i] = wire_src[16*i+:6] == 0;
    end
  endgenerate
  box_250mhz #(.NUM_PHYS_FUNC(PORTS), .NUM_CMAC_PORT(PORTS)) box (
      .s_axil_awvalid(bus_awvalid), .s_axil_awaddr({8'd0, bus_awaddr}), .s_axil_awready(bus_awready),
      .s_axil_wvalid(bus_wvalid), .s_axil_wdata(bus_wdata), .s_axil_wready(bus_wready), .s_axil_bvalid(bus_bvalid),
      .s_axil_bresp(bus_bresp), .s_axil_bready(bus_bready), .s_axil_arvalid(bus_arvalid),
      .s_axil_araddr({8'd0, bus_araddr}), .s_axil_arready(bus_arready), .s_axil_rvalid(bus_rvalid),
      .s_axil_rdata(bus_rdata), .s_axil_rresp(bus_rresp), .s_axil_rready(bus_rready),
      .s_axis_qdma_h2c_tvalid(sent_tvalid), .s_axis_qdma_h2c_tdata(sent_tdata), .s_axis_qdma_h2c_tkeep(sent_tkeep),
      .s_axis_qdma_h2c_tlast(sent_tlast), .s_axis_qdma_h2c_tuser_size(sent_length), .s_axis_qdma_h2c_tuser_src(functions),
      .s_axis_qdma_h2c_tuser_dst(ports), .s_axis_qdma_h2c_tready(sent_tready),
      .m_axis_qdma_c2h_tvalid(host_tvalid), .m_axis_qdma_c2h_tdata(host_tdata), .m_axis_qdma_c2h_tkeep(host_tkeep),
      .m_axis_qdma_c2h_tlast(host_tlast), .m_axis_qdma_c2h_tuser_size(host_size), .m_axis_qdma_c2h_tuser_src(host_src),
      .m_axis_qdma_c2h_tuser_dst(host_dst), .m_axis_qdma_c2h_tready(host_tready),
      .m_axis_adap_tx_250mhz_tvalid(wire_tvalid), .m_axis_adap_tx_250mhz_tdata(wire_tdata),
      .m_axis_adap_tx_250mhz_tkeep(wire_tkeep), .m_axis_adap_tx_250mhz_tlast(wire_tlast),
      .m_axis_adap_tx_250mhz_tuser_size(wire_size), .m_axis_adap_tx_250mhz_tuser_src(wire_src),
      .m_axis_adap_tx_250mhz_tuser_dst(wire_dst), .m_axis_adap_tx_250mhz_tready(wire_tready),
      .s_axis_adap_rx_250mhz_tvalid(rx_tvalid), .s_axis_adap_rx_250mhz_tdata(rx_tdata),
      .s_axis_adap_rx_250mhz_tkeep(rx_tkeep), .s_axis_adap_rx_250mhz_tlast(rx_tlast),
      .s_axis_adap_rx_250mhz_tuser_size(rx_length), .s_axis_adap_rx_250mhz_tuser_src(ports),
      .s_axis_adap_rx_250mhz_tuser_dst(none), .s_axis_adap_rx_250mhz_tready(rx_tready),
      .mod_rstn({15'h7fff, !rst}), .mod_rst_done(done), .axil_aclk(bus_clk), .axis_aclk(clk));
  assign completion_seen = completion_valid;
  wire unused = &{1'b0, bus_wstrb, rx_bad, rx_stamp, completion_tag};
endmodule
