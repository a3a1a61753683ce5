#include "backends/verilog/wrap/parts.h"
#include "backends/verilog/wrap/text.h"

namespace pw::verilog {

namespace {

const char* const module_text =
    R"(// The plug-in of OpenNIC's 250 MHz box: the pipeline $TOP$ between the adapters' receive streams and the host, one for all ports.
// Its frames for the wire and those of the host share the adapters' transmit streams, frame by frame in turn.
//
// tuser_size is the length of a frame, on each beat, in and out. tuser_src of a frame to the host is the one that it came with, of one
// from the pipeline to the wire too; tuser_dst is one bit: 6 + number of the port, or number of the function. Frames for
// the host go to queue pair set (QDMA) 0.
module $NAME$ #(
    parameter integer NUM_QDMA = 1,
    parameter integer NUM_INTF = 1
) (
    input  wire        s_axil_awvalid,
    input  wire [31:0] s_axil_awaddr,
    output wire        s_axil_awready,
    input  wire        s_axil_wvalid,
    input  wire [31:0] s_axil_wdata,
    output wire        s_axil_wready,
    output wire        s_axil_bvalid,
    output wire [1:0]  s_axil_bresp,
    input  wire        s_axil_bready,
    input  wire        s_axil_arvalid,
    input  wire [31:0] s_axil_araddr,
    output wire        s_axil_arready,
    output wire        s_axil_rvalid,
    output wire [31:0] s_axil_rdata,
    output wire [1:0]  s_axil_rresp,
    input  wire        s_axil_rready,

$STREAMS$
    input  wire        mod_rstn,
    output wire        mod_rst_done,
    input  wire        axil_aclk,
    input  wire        axis_aclk
);
  wire axil_rst, rst;
  pw_shell_reset reset (
      .slow_clk(axil_aclk), .fast_clk(axis_aclk), .request_n(mod_rstn), .slow_rst(axil_rst), .fast_rst(rst),
      .done(mod_rst_done));

  // Nanoseconds since reset; the clock has 250 MHz.
  reg [63:0] now;
  always_ff @(posedge axis_aclk) begin
    if (rst) now <= 0;
    else now <= now + 64'd4;
  end

  wire [NUM_INTF-1:0] rx_tready, host_tvalid, wire_tvalid, wire_tready;
  wire [511:0] host_tdata, wire_tdata;
  wire [63:0] host_tkeep, wire_tkeep;
  wire host_tlast, wire_tlast;
  wire [15:0] host_length, wire_length, host_user, wire_user;
  assign s_axis_adap_rx_250mhz_tready = rx_tready & {NUM_INTF{!rst}};
  $CORE$ #(.PORTS(NUM_INTF), .USER(16), .ADDRESS(32)) core (
      .clk(axis_aclk), .rst(rst), .axil_clk(axil_aclk), .axil_rst(axil_rst),
      .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready), .s_axil_awaddr(s_axil_awaddr),
      .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready), .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(4'hf),
      .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready), .s_axil_bresp(s_axil_bresp),
      .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready), .s_axil_araddr(s_axil_araddr),
      .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready), .s_axil_rdata(s_axil_rdata),
      .s_axil_rresp(s_axil_rresp),
      .rx_tvalid(s_axis_adap_rx_250mhz_tvalid & {NUM_INTF{!rst}}), .rx_tready(rx_tready),
      .rx_tdata(s_axis_adap_rx_250mhz_tdata), .rx_tkeep(s_axis_adap_rx_250mhz_tkeep),
      .rx_tlast(s_axis_adap_rx_250mhz_tlast), .rx_length(s_axis_adap_rx_250mhz_tuser_size), .rx_time({NUM_INTF{now}}),
      .rx_bad({NUM_INTF{1'b0}}), .rx_user(s_axis_adap_rx_250mhz_tuser_src), .rx_cut({NUM_INTF{1'b0}}),
      .host_tvalid(host_tvalid), .host_tready(m_axis_qdma_c2h_tready[NUM_INTF-1:0]), .host_tdata(host_tdata),
      .host_tkeep(host_tkeep), .host_tlast(host_tlast), .host_length(host_length), .host_user(host_user),
      .wire_tvalid(wire_tvalid), .wire_tready(wire_tready), .wire_tdata(wire_tdata), .wire_tkeep(wire_tkeep),
      .wire_tlast(wire_tlast), .wire_length(wire_length), .wire_user(wire_user));

  // To the host: functions of the first QDMA.
  genvar i, q;
  generate
    for (q = 0; q < NUM_QDMA; q = q + 1) begin : g_qdma
      for (i = 0; i < NUM_INTF; i = i + 1) begin : g_function
        localparam integer AT = q * NUM_INTF + i;
        assign m_axis_qdma_c2h_tvalid[AT] = q == 0 && host_tvalid[i];
        assign m_axis_qdma_c2h_tdata[512*AT+:512] = host_tdata;
        assign m_axis_qdma_c2h_tkeep[64*AT+:64] = host_tkeep;
        assign m_axis_qdma_c2h_tlast[AT] = host_tlast;
        assign m_axis_qdma_c2h_tuser_size[16*AT+:16] = host_length;
        assign m_axis_qdma_c2h_tuser_src[16*AT+:16] = host_user;
        assign m_axis_qdma_c2h_tuser_dst[16*AT+:16] = 16'd1 << i;
      end
    end
  endgenerate

  // To the wire: what the pipeline sends, and the function of this port at each QDMA.
  localparam integer ENTRY = 16 + 16 + 64 + 512;
  generate
    for (i = 0; i < NUM_INTF; i = i + 1) begin : g_port
      wire [NUM_QDMA:0] valid, ready, last;
      wire [ENTRY*(NUM_QDMA+1)-1:0] entries;
      assign valid[0] = wire_tvalid[i];
      assign last[0] = wire_tlast;
      assign wire_tready[i] = ready[0];
      assign entries[ENTRY-1:0] = {wire_length, wire_user, wire_tkeep, wire_tdata};
      for (q = 0; q < NUM_QDMA; q = q + 1) begin : g_host
        localparam integer AT = q * NUM_INTF + i;
        assign valid[q+1] = s_axis_qdma_h2c_tvalid[AT] && !rst;
        assign last[q+1] = s_axis_qdma_h2c_tlast[AT];
        assign s_axis_qdma_h2c_tready[AT] = ready[q+1] && !rst;
        assign entries[ENTRY*(q+1)+:ENTRY] = {s_axis_qdma_h2c_tuser_size[16*AT+:16], s_axis_qdma_h2c_tuser_src[16*AT+:16],
                                              s_axis_qdma_h2c_tkeep[64*AT+:64], s_axis_qdma_h2c_tdata[512*AT+:512]};
      end
      pw_merge #(.N(NUM_QDMA + 1), .WIDTH(ENTRY)) merge (
          .clk(axis_aclk), .rst(rst), .s_valid(valid), .s_ready(ready), .s_data(entries), .s_last(last),
          .m_valid(m_axis_adap_tx_250mhz_tvalid[i]), .m_ready(m_axis_adap_tx_250mhz_tready[i]),
          .m_data({m_axis_adap_tx_250mhz_tuser_size[16*i+:16], m_axis_adap_tx_250mhz_tuser_src[16*i+:16],
                   m_axis_adap_tx_250mhz_tkeep[64*i+:64], m_axis_adap_tx_250mhz_tdata[512*i+:512]}),
          .m_last(m_axis_adap_tx_250mhz_tlast[i]));
      assign m_axis_adap_tx_250mhz_tuser_dst[16*i+:16] = 16'd64 << i;
    end
  endgenerate
  wire unused = &{1'b0, m_axis_qdma_c2h_tready, s_axis_qdma_h2c_tuser_dst, s_axis_adap_rx_250mhz_tuser_dst};
endmodule
)";

struct Stream {
  const char* name;
  bool output;
  const char* count; // of streams
};
const Stream streams[] = {{"s_axis_qdma_h2c", false, "NUM_INTF*NUM_QDMA"},
                          {"m_axis_qdma_c2h", true, "NUM_INTF*NUM_QDMA"},
                          {"m_axis_adap_tx_250mhz", true, "NUM_INTF"},
                          {"s_axis_adap_rx_250mhz", false, "NUM_INTF"}};
struct Signal {
  const char* name;
  unsigned width;
};
const Signal signals[] = {{"tvalid", 1},      {"tdata", 512},    {"tkeep", 64},     {"tlast", 1},
                          {"tuser_size", 16}, {"tuser_src", 16}, {"tuser_dst", 16}, {"tready", 1}};
const char* const bus_signals[] = {"awvalid", "awaddr", "awready", "wvalid",  "wdata",  "wready",
                                   "bvalid",  "bresp",  "bready",  "arvalid", "araddr", "arready",
                                   "rvalid",  "rdata",  "rresp",   "rready"};

std::string stream_ports() {
  std::string out;
  for (const Stream& stream : streams) {
    for (const Signal& signal : signals) {
      const bool output = stream.output != (std::string(signal.name) == "tready");
      const std::string width = signal.width == 1
                                    ? std::string(stream.count)
                                    : std::to_string(signal.width) + "*" + stream.count;
      out += std::string(output ? "    output" : "    input ") + " wire [" + width + "-1:0] " +
             stream.name + "_" + signal.name + ",\n";
    }
    out += "\n";
  }
  return out;
}

std::string same_name(const std::string& prefix, const std::string& from, const std::string& name) {
  return "  ." + prefix + name + "(" + from + name + "),\n";
}

// Included into the body of the shell's module box_250mhz.
std::string instance_text(const std::string& name) {
  std::string ports;
  for (const char* signal : bus_signals)
    ports += same_name("s_axil_", "axil_pw_", signal);
  for (const Stream& stream : streams)
    for (const Signal& signal : signals)
      ports +=
          same_name(std::string(stream.name) + "_", std::string(stream.name) + "_", signal.name);
  return filled(R"(// The plug-in in the box. One reset pair is used; the others are done at once.
initial begin
  if (USE_PHYS_FUNC == 0) $fatal(1, "$NAME$ needs the host's streams: USE_PHYS_FUNC is 0");
  if (NUM_PHYS_FUNC != NUM_CMAC_PORT)
    $fatal(1, "$NAME$ needs a function for each port: NUM_PHYS_FUNC is %0d, NUM_CMAC_PORT %0d", NUM_PHYS_FUNC, NUM_CMAC_PORT);
end

assign mod_rst_done[15:1] = {15{1'b1}};

$NAME$ #(
  .NUM_QDMA(NUM_QDMA),
  .NUM_INTF(NUM_CMAC_PORT)
) pw_plugin (
$PORTS$  .mod_rstn(mod_rstn[0]),
  .mod_rst_done(mod_rst_done[0]),
  .axil_aclk(axil_aclk),
  .axis_aclk(axis_aclk)
);
)",
                {{"NAME", name}, {"PORTS", ports}});
}

bool to_box(const std::string& signal) { // of the side that answers
  return signal.ends_with("ready") ? !(signal[0] == 'b' || signal == "rready")
                                   : signal[0] == 'b' || signal[0] == 'r';
}

unsigned bus_width(const std::string& signal) {
  if (signal.ends_with("addr") || signal.ends_with("data"))
    return 32;
  return signal.ends_with("resp") ? 2 : 1;
}

// Verilog 2001: the shell's build reads it as such.
std::string address_map_text(const std::string& name) {
  std::string ports, body;
  for (const char* prefix : {"s_axil_", "m_axil_pw_"})
    for (const std::string signal : bus_signals) {
      const bool output = to_box(signal) == (std::string(prefix) == "s_axil_");
      ports += std::string(ports.empty() ? "" : ",\n") +
               (output ? "  output wire " : "  input  wire ") + range(bus_width(signal)) + prefix +
               signal;
    }
  for (const std::string signal : bus_signals) {
    const std::string box = "s_axil_" + signal, inner = "m_axil_pw_" + signal;
    if (signal.ends_with("addr"))
      body += "  assign " + inner + " = {12'd0, " + box + "[19:0]};\n";
    else
      body += "  assign " + (to_box(signal) ? box + " = " + inner : inner + " = " + box) + ";\n";
  }
  return filled(
      R"(// Addresses of the 250 MHz box, which has 1 MB. They all belong to $NAME$, which tells its two pages apart itself
// and answers with DECERR behind them.
module box_250mhz_address_map (
$PORTS$
);
$BODY$  wire unused = &{1'b0, s_axil_awaddr[31:20], s_axil_araddr[31:20]};
endmodule
)",
      {{"NAME", name}, {"PORTS", ports}, {"BODY", body}});
}

std::string address_map_instance() {
  std::string wires, ports;
  for (const std::string signal : bus_signals) {
    wires += "wire " + range(bus_width(signal)) + "axil_pw_" + signal + ";\n";
    ports += same_name("s_axil_", "s_axil_", signal);
  }
  for (const std::string signal : bus_signals)
    ports += same_name("m_axil_pw_", "axil_pw_", signal);
  ports.erase(ports.size() - 2, 1);
  return "// Included in front of the plug-in.\n" + wires +
         "\nbox_250mhz_address_map pw_address_map (\n" + ports + ");\n";
}

const char* const crossbar_text =
    R"(# The shell's build sources this file for the IP of the box's AXI4-Lite crossbar. This plug-in has one port on that bus and a decoder
# of its own, so there is nothing to make.
)";

} // namespace

std::string opennic_build(const std::vector<std::string>& sources) {
  std::string out =
      "# Sources of the plug-in; the shell's build runs this in the plug-in's folder.\n";
  for (const std::string& name : sources)
    out += "read_verilog -quiet -sv rtl/" + name + "\n";
  return out;
}

std::map<std::string, std::string> opennic_files(const Plugin& plugin) {
  const std::string name = plugin.verilog.top + "_opennic";
  return {{"rtl/" + name + ".sv", filled(module_text, {{"TOP", plugin.verilog.top},
                                                       {"NAME", name},
                                                       {"CORE", plugin.core()},
                                                       {"STREAMS", stream_ports()}})},
          {"box_250mhz/user_plugin_250mhz_inst.vh", instance_text(name)},
          {"box_250mhz/box_250mhz_address_map.v", address_map_text(name)},
          {"box_250mhz/box_250mhz_address_map_inst.vh", address_map_instance()},
          {"box_250mhz/box_250mhz_axi_crossbar.tcl", crossbar_text}};
}

} // namespace pw::verilog
