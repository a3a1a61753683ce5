// The registers of a wrapper: what it is, what its ports are called, and what became of the frames that left the pipeline. They stand in
// the page behind those of the pipeline's control port (docs/shells.md has the table). Port p is called IFINDEX + p and is slot p
// of maps of devices, until the host writes something else.
module pw_shell_control #(
    parameter integer ADDRESS = 12,
    parameter integer COUNTERS = 5,
    parameter integer PORTS = 1,
    parameter [31:0] IFINDEX = 1
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                s_axil_awvalid,
    output wire                s_axil_awready,
    input  wire [ADDRESS-1:0]  s_axil_awaddr,
    input  wire                s_axil_wvalid,
    output wire                s_axil_wready,
    input  wire [31:0]         s_axil_wdata,
    input  wire [3:0]          s_axil_wstrb,
    output wire                s_axil_bvalid,
    input  wire                s_axil_bready,
    output wire [1:0]          s_axil_bresp,
    input  wire                s_axil_arvalid,
    output wire                s_axil_arready,
    input  wire [ADDRESS-1:0]  s_axil_araddr,
    output wire                s_axil_rvalid,
    input  wire                s_axil_rready,
    output wire [31:0]         s_axil_rdata,
    output wire [1:0]          s_axil_rresp,
    output wire [32*PORTS-1:0] ifindexes,
    output wire [32*PORTS-1:0] slots,
    input  wire [COUNTERS-1:0] events
);
  localparam integer WORD = ADDRESS - 2;
  localparam [31:0] ID = 32'h50575331;  // "PWS1"
  localparam [31:0] VERSION = 32'h00010000;
  localparam integer SELECT = $clog2(COUNTERS);
  localparam [WORD-1:0] AT_ID = 0, AT_VERSION = 1, AT_PORTS = 2, AT_CONTROL = 4;
  localparam [WORD-1:0] NAMES_AT = 'h100, NAMES_END = NAMES_AT + WORD'(2 * PORTS);
  localparam [WORD-1:0] COUNTERS_AT = 'h40, COUNTERS_END = COUNTERS_AT + WORD'(2 * COUNTERS);

  wire write, read;
  wire [WORD-1:0] write_word, read_word;
  wire [31:0] write_data;
  wire [3:0] write_strobe;
  wire [31:0] read_data;
  wire counter = read_word >= COUNTERS_AT && read_word < COUNTERS_END;
  wire fixed = read_word <= AT_PORTS || read_word == AT_CONTROL;
  wire name = read_word >= NAMES_AT && read_word < NAMES_END;
  wire name_written = write_word >= NAMES_AT && write_word < NAMES_END;
  pw_axil #(.ADDRESS(ADDRESS)) bus (
      .clk(clk), .rst(rst), .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready),
      .s_axil_awaddr(s_axil_awaddr), .s_axil_awprot(3'd0), .s_axil_wvalid(s_axil_wvalid),
      .s_axil_wready(s_axil_wready), .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb),
      .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready), .s_axil_bresp(s_axil_bresp),
      .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready), .s_axil_araddr(s_axil_araddr),
      .s_axil_arprot(3'd0), .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready),
      .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp),
      .write(write), .write_word(write_word), .write_data(write_data), .write_strobe(write_strobe),
      .write_fails(write_word != AT_CONTROL && !name_written), .read(read), .read_word(read_word), .read_data(read_data),
      .read_fails(!fixed && !counter && !name));

  // Bit 1 of `control` clears the counters.
  wire clear = write && write_word == AT_CONTROL && write_strobe[0] && write_data[1];
  wire [WORD-1:0] from_counters = read_word - COUNTERS_AT;
  wire [63:0] value;
  reg [31:0] high;  // that belongs to the low word read last
  pw_counters #(.COUNT(COUNTERS), .SELECT(SELECT)) counters (
      .clk(clk), .rst(rst), .clear(clear), .events(events), .number(counter ? from_counters[SELECT:1] : {SELECT{1'b0}}),
      .value(value));
  always_ff @(posedge clk) if (read && counter && !read_word[0]) high <= value[63:32];
  // Interface number and slot of each port, in turn. Whole words are written.
  wire [64*PORTS-1:0] names;
  genvar i;
  generate
    for (i = 0; i < 2 * PORTS; i = i + 1) begin : g_name
      localparam [WORD-1:0] HERE = NAMES_AT + WORD'(i);
      localparam [31:0] FIRST = i % 2 == 0 ? IFINDEX + i / 2 : i / 2;
      reg [31:0] value_q;
      always_ff @(posedge clk) begin
        if (rst) value_q <= FIRST;
        else if (write && write_word == HERE) value_q <= write_data;
      end
      assign names[32*i+:32] = value_q;
    end
    for (i = 0; i < PORTS; i = i + 1) begin : g_port
      assign ifindexes[32*i+:32] = names[64*i+:32];
      assign slots[32*i+:32] = names[64*i+32+:32];
    end
  endgenerate
  integer n;
  reg [31:0] named;
  always_comb begin
    named = 0;
    for (n = 0; n < 2 * PORTS; n = n + 1) named = named | (names[32*n+:32] & {32{read_word == NAMES_AT + WORD'(n)}});
  end

  wire [31:0] count = read_word[0] ? high : value[31:0];
  assign read_data = read_word == AT_ID ? ID : read_word == AT_VERSION ? VERSION : read_word == AT_PORTS ? PORTS :
      name ? named : counter ? count : 32'd0;
  wire unused = &{1'b0, write_data, write_strobe, from_counters};
endmodule
