#include "backends/verilog/structure.h"
#include "backends/verilog/wrap/parts.h"
#include "backends/verilog/wrap/text.h"

#include <algorithm>
#include <bit>
#include <map>

namespace pw::verilog {

namespace {

// What stands at the ports of the pipeline; those that are not here are not used.
const std::map<std::string, std::string>& connections() {
  static const std::map<std::string, std::string> all = {
      {"clk", "clk"},
      {"rst", "rst"},
      {"s_axis_tvalid", "in_valid && in_open"},
      {"s_axis_tready", "in_ready"},
      {"s_axis_tdata", "in_data"},
      {"s_axis_tkeep", "in_keep"},
      {"s_axis_tlast", "in_last"},
      {"s_axis_length", "in_length"},
      {"s_axis_ifindex", "in_ifindex"},
      {"s_axis_rxq", "32'd0"},
      {"s_axis_time", "in_time"},
      {"s_axis_bad", "in_bad"},
      {"m_axis_tvalid", "out_valid"},
      {"m_axis_tready", "out_ready"},
      {"m_axis_tdata", "out_data"},
      {"m_axis_tkeep", "out_keep"},
      {"m_axis_tlast", "out_last"},
      {"m_axis_length", "out_length"},
      {"m_axis_verdict", "out_verdict"},
      {"res_valid", "res_valid"},
      {"res_redirect_map", "res_map"},
      {"res_redirect_key", "res_key"},
      {"res_redirect_ifindex", "res_ifindex"},
      {"clear_done", "clear_done"},
      {"m_events_tready", "1'b1"}, // nobody listens
      {"s_axil_awvalid", "page_awvalid[0]"},
      {"s_axil_awready", "page_awready[0]"},
      {"s_axil_awaddr", "page_awaddr"},
      {"s_axil_awprot", "3'd0"},
      {"s_axil_wvalid", "page_wvalid[0]"},
      {"s_axil_wready", "page_wready[0]"},
      {"s_axil_wdata", "page_wdata"},
      {"s_axil_wstrb", "page_wstrb"},
      {"s_axil_bvalid", "page_bvalid[0]"},
      {"s_axil_bready", "page_bready"},
      {"s_axil_bresp", "page_bresp[1:0]"},
      {"s_axil_arvalid", "page_arvalid[0]"},
      {"s_axil_arready", "page_arready[0]"},
      {"s_axil_araddr", "page_araddr"},
      {"s_axil_arprot", "3'd0"},
      {"s_axil_rvalid", "page_rvalid[0]"},
      {"s_axil_rready", "page_rready"},
      {"s_axil_rdata", "page_rdata[31:0]"},
      {"s_axil_rresp", "page_rresp[1:0]"}};
  return all;
}

struct Instance {
  std::string ports;  // of the instance
  std::string wires;  // declarations of outputs that nothing uses
  std::string unused; // their names, each with a comma in front
};

Instance pipeline_instance(const VerilogOutput& verilog) {
  Instance out;
  for (const VerilogPort& p : verilog.control_ports) {
    const auto known = connections().find(p.name);
    const std::string width = std::to_string(p.width);
    std::string to = known == connections().end() ? "" : known->second;
    if (to.empty() && p.output) {
      to = std::string("open_").append(p.name);
      out.wires += std::string("  wire ").append(range(p.width)).append(to).append(";\n");
      out.unused += ", " + to;
    } else if (to.empty()) {
      to = width + "'d0";
    }
    out.ports += std::string(out.ports.empty() ? "" : ",\n") + "      ." + p.name + "(" + to + ")";
  }
  return out;
}

// One bit for each number that `res_redirect_map` may have.
std::string map_bits(const pipeline::Pipeline& p, std::initializer_list<bpf_map_type> types) {
  std::string digits(64, '0');
  for (const pipeline::Map& m : p.maps) {
    const unsigned bit = m.object_index + 1;
    if (std::ranges::find(types, m.type) == types.end() || bit > 255)
      continue;
    char& digit = digits[63 - bit / 4];
    const unsigned value =
        unsigned(digit <= '9' ? digit - '0' : digit - 'a' + 10) | 1u << (bit % 4);
    digit = "0123456789abcdef"[value];
  }
  return "256'h" + digits;
}

// Packets that are in the pipeline at once, at most.
unsigned packets_inside(const pipeline::Pipeline& p) {
  const Structure s = structure_of(p);
  unsigned packets = s.header_depth + p.stages + s.result_depth + 8;
  for (const pipeline::Region& region : p.regions)
    packets += region.fifo_depth;
  return std::bit_ceil(packets);
}

const char* const ports_text =
    R"(// The pipeline $TOP$ behind its ports: frames of PORTS ports go through it in turn, each whole; what leaves it goes to
// where its verdict says. The same for every shell: what the shell has around it makes of this is in a module of its own.
//
// Streams have one bit of tvalid, tready, tlast ... a port, port 0 lowest. rx: received; length, time and whether it is bad are valid on a
// frame's first beat, `rx_user` goes with the frame. host, wire: what leaves, one frame at a time, tvalid at the port where; length and user
// on each beat. Frames under 60 bytes are filled up with zeros on the way to the wire.
module $CORE$ #(
    parameter integer PORTS = 1,
    parameter integer USER = 1,
    parameter integer ADDRESS = 20,  // bits of the control bus; page 0 the pipeline, page 1 the wrapper
    parameter [31:0] IFINDEX = 32'd$IFINDEX$  // of port 0; the others follow
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  axil_clk,
    input  wire                  axil_rst,
    input  wire                  s_axil_awvalid,
    output wire                  s_axil_awready,
    input  wire [ADDRESS-1:0]    s_axil_awaddr,
    input  wire                  s_axil_wvalid,
    output wire                  s_axil_wready,
    input  wire [31:0]           s_axil_wdata,
    input  wire [3:0]            s_axil_wstrb,
    output wire                  s_axil_bvalid,
    input  wire                  s_axil_bready,
    output wire [1:0]            s_axil_bresp,
    input  wire                  s_axil_arvalid,
    output wire                  s_axil_arready,
    input  wire [ADDRESS-1:0]    s_axil_araddr,
    output wire                  s_axil_rvalid,
    input  wire                  s_axil_rready,
    output wire [31:0]           s_axil_rdata,
    output wire [1:0]            s_axil_rresp,
    input  wire [PORTS-1:0]      rx_tvalid,
    output wire [PORTS-1:0]      rx_tready,
    input  wire [512*PORTS-1:0]  rx_tdata,
    input  wire [64*PORTS-1:0]   rx_tkeep,
    input  wire [PORTS-1:0]      rx_tlast,
    input  wire [16*PORTS-1:0]   rx_length,
    input  wire [64*PORTS-1:0]   rx_time,
    input  wire [PORTS-1:0]      rx_bad,
    input  wire [USER*PORTS-1:0] rx_user,
    input  wire [PORTS-1:0]      rx_cut,  // counted: a frame that was too long
    output wire [PORTS-1:0]      host_tvalid,
    input  wire [PORTS-1:0]      host_tready,
    output wire [511:0]          host_tdata,
    output wire [63:0]           host_tkeep,
    output wire                  host_tlast,
    output wire [15:0]           host_length,
    output wire [USER-1:0]       host_user,
    output wire [PORTS-1:0]      wire_tvalid,
    input  wire [PORTS-1:0]      wire_tready,
    output wire [511:0]          wire_tdata,
    output wire [63:0]           wire_tkeep,
    output wire                  wire_tlast,
    output wire [15:0]           wire_length,
    output wire [USER-1:0]       wire_user
);
)";

const char* const body_text =
    R"(  localparam integer PORT_BITS = PORTS > 1 ? $clog2(PORTS) : 1;
  localparam integer ENTRY = 1 + 64 + 16 + USER + PORT_BITS + 64 + 512;
  localparam integer PAGE = $PAGE$;
  localparam integer COUNTERS = 3 + PORTS;

  // ===== in =====
  wire [ENTRY*PORTS-1:0] entries;
  genvar i;
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_port
      localparam [PORT_BITS-1:0] HERE = PORT_BITS'(i);
      assign entries[ENTRY*i+:ENTRY] = {rx_bad[i], rx_time[64*i+:64], rx_length[16*i+:16], rx_user[USER*i+:USER], HERE,
                                        rx_tkeep[64*i+:64], rx_tdata[512*i+:512]};
    end
  endgenerate
  wire in_valid, in_ready, in_last, in_bad, in_open, in_room;
  wire [63:0] in_time, in_keep;
  wire [15:0] in_length;
  wire [USER-1:0] in_user;
  wire [PORT_BITS-1:0] in_port;
  wire [511:0] in_data;
  pw_merge #(.N(PORTS), .WIDTH(ENTRY)) merge (
      .clk(clk), .rst(rst), .s_valid(rx_tvalid), .s_ready(rx_tready), .s_data(entries), .s_last(rx_tlast),
      .m_valid(in_valid), .m_ready(in_ready && in_open),
      .m_data({in_bad, in_time, in_length, in_user, in_port, in_keep, in_data}), .m_last(in_last));

  // ===== the pipeline =====
  wire [32*PORTS-1:0] ifindexes, slots;
  reg [31:0] in_ifindex;
  integer n;
  always_comb begin
    in_ifindex = 0;
    for (n = 0; n < PORTS; n = n + 1) in_ifindex = in_ifindex | (ifindexes[32*n+:32] & {32{in_port == PORT_BITS'(n)}});
  end
  wire out_valid, out_last, res_valid, clear_done;
  wire [511:0] out_data;
  wire [63:0] out_keep;
  wire [15:0] out_length;
  wire [2:0] out_verdict;
  wire [7:0] res_map;
  wire [31:0] res_key, res_ifindex;
  wire [1:0] page_awvalid, page_awready, page_wvalid, page_wready, page_bvalid, page_arvalid, page_arready, page_rvalid;
  wire [PAGE-1:0] page_awaddr, page_araddr;
  wire [31:0] page_wdata;
  wire [3:0] page_wstrb;
  wire page_bready, page_rready;
  wire [3:0] page_bresp, page_rresp;
  wire [63:0] page_rdata;
  wire out_ready;
$OPEN$  $CONTROL_TOP$ pipeline (
$INSTANCE$);
  wire unused = &{1'b0, clear_done$UNUSED$};

  // ===== what belongs to a packet and doesn't go through the pipeline =====
  reg begun;  // in the middle of a frame, at the input
  always_ff @(posedge clk) begin
    if (rst) begun <= 0;
    else if (in_valid && in_ready && in_open) begun <= !in_last;
  end
  assign in_open = begun || in_room;
  wire [PORT_BITS-1:0] out_port;
  wire [USER-1:0] out_user;
  pw_follow #(.WIDTH(PORT_BITS + USER), .DEPTH($DEPTH$)) follow (
      .clk(clk), .rst(rst), .room(in_room), .put(in_valid && in_ready && in_open && !begun && !in_bad),
      .put_about({in_port, in_user}), .result(res_valid), .sent(out_valid && out_ready), .sent_last(out_last),
      .about({out_port, out_user}));

  // ===== out =====
  wire [PORTS-1:0] to_host, to_wire;
  pw_route #(.PORTS(PORTS), .PORT_BITS(PORT_BITS), .DEVICE_MAPS($DEVICE_MAPS$),
             .HOST_MAPS($HOST_MAPS$)) route (
      .ifindexes(ifindexes), .slots(slots), .verdict(out_verdict), .port(out_port), .by_map(res_map), .key(res_key), .ifindex(res_ifindex),
      .to_host(to_host), .to_wire(to_wire));
  wire lost = to_host == 0 && to_wire == 0;
  assign host_tvalid = to_host & {PORTS{out_valid}};
  assign wire_tvalid = to_wire & {PORTS{out_valid}};
  assign out_ready = lost || |(to_host & host_tready) || |(to_wire & wire_tready);
  assign {host_tdata, host_tkeep, host_tlast, host_length, host_user} = {out_data, out_keep, out_last, out_length, out_user};

  localparam [15:0] SHORTEST = 16'd60;
  wire short_frame = out_length < SHORTEST;
  generate
    for (i = 0; i < 64; i = i + 1) begin : g_byte
      assign wire_tdata[8*i+:8] = out_data[8*i+:8] & {8{out_keep[i]}};
      assign wire_tkeep[i] = out_keep[i] || (short_frame && i < 60);
    end
  endgenerate
  assign wire_tlast = out_last;
  assign wire_length = short_frame ? SHORTEST : out_length;
  assign wire_user = out_user;

  // ===== control =====
  pw_axil_cross #(.ADDRESS(ADDRESS), .PAGE(PAGE), .TARGETS(2)) crossing (
      .s_clk(axil_clk), .s_rst(axil_rst), .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready),
      .s_axil_awaddr(s_axil_awaddr), .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready),
      .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb), .s_axil_bvalid(s_axil_bvalid),
      .s_axil_bready(s_axil_bready), .s_axil_bresp(s_axil_bresp), .s_axil_arvalid(s_axil_arvalid),
      .s_axil_arready(s_axil_arready), .s_axil_araddr(s_axil_araddr), .s_axil_rvalid(s_axil_rvalid),
      .s_axil_rready(s_axil_rready), .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp),
      .m_clk(clk), .m_rst(rst), .m_axil_awvalid(page_awvalid), .m_axil_awready(page_awready),
      .m_axil_awaddr(page_awaddr), .m_axil_wvalid(page_wvalid), .m_axil_wready(page_wready), .m_axil_wdata(page_wdata),
      .m_axil_wstrb(page_wstrb), .m_axil_bvalid(page_bvalid), .m_axil_bready(page_bready), .m_axil_bresp(page_bresp),
      .m_axil_arvalid(page_arvalid), .m_axil_arready(page_arready), .m_axil_araddr(page_araddr),
      .m_axil_rvalid(page_rvalid), .m_axil_rready(page_rready), .m_axil_rdata(page_rdata), .m_axil_rresp(page_rresp));

  // Frames, counted with their last beat.
  wire leaves = out_valid && out_ready && out_last;
  wire [COUNTERS-1:0] events = {rx_cut, leaves && lost, leaves && |to_wire, leaves && |to_host};
  pw_shell_control #(.ADDRESS(PAGE), .COUNTERS(COUNTERS), .PORTS(PORTS), .IFINDEX(IFINDEX)) control (
      .clk(clk), .rst(rst), .s_axil_awvalid(page_awvalid[1]), .s_axil_awready(page_awready[1]),
      .s_axil_awaddr(page_awaddr), .s_axil_wvalid(page_wvalid[1]), .s_axil_wready(page_wready[1]),
      .s_axil_wdata(page_wdata), .s_axil_wstrb(page_wstrb), .s_axil_bvalid(page_bvalid[1]),
      .s_axil_bready(page_bready), .s_axil_bresp(page_bresp[3:2]), .s_axil_arvalid(page_arvalid[1]),
      .s_axil_arready(page_arready[1]), .s_axil_araddr(page_araddr), .s_axil_rvalid(page_rvalid[1]),
      .s_axil_rready(page_rready), .s_axil_rdata(page_rdata[63:32]), .s_axil_rresp(page_rresp[3:2]),
      .ifindexes(ifindexes), .slots(slots), .events(events));
endmodule
)";

} // namespace

bool uses_time(const pipeline::Pipeline& p) {
  return std::ranges::any_of(p.operations, [](const pipeline::Operation& op) {
    return op.kind == pipeline::OpKind::Input && op.input == pipeline::Input::Time;
  });
}

std::string core_text(const Plugin& plugin) {
  const pipeline::Pipeline& p = plugin.pipeline;
  const Instance instance = pipeline_instance(plugin.verilog);
  return filled(std::string(ports_text) + body_text,
                {{"TOP", plugin.verilog.top},
                 {"CORE", plugin.core()},
                 {"CONTROL_TOP", plugin.verilog.control_top},
                 {"IFINDEX", std::to_string(plugin.first_ifindex)},
                 {"PAGE", std::to_string(plugin.verilog.control_address_bits)},
                 {"OPEN", instance.wires},
                 {"INSTANCE", instance.ports},
                 {"UNUSED", instance.unused},
                 {"DEPTH", std::to_string(packets_inside(p))},
                 {"DEVICE_MAPS", map_bits(p, {BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH})},
                 {"HOST_MAPS", map_bits(p, {BPF_MAP_TYPE_CPUMAP, BPF_MAP_TYPE_XSKMAP})}});
}

} // namespace pw::verilog
