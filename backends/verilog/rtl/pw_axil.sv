// The bus side of the control port: an AXI4-Lite subordinate in front of registers that answer at once.
//
// Address and data of a write may come in any order. One write and one read are under way at most; the two don't wait
// for each other. A write is done in the clock after both parts have been accepted, a read in the clock after its
// address was: `write` or `read` is high for that clock, and the registers say in it whether there is such a register
// (else the answer is SLVERR) and what it reads. The two lowest bits of addresses and the protection bits are ignored.
module pw_axil #(
    parameter integer ADDRESS = 12  // bits of an address
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                s_axil_awvalid,
    output wire                s_axil_awready,
    input  wire [ADDRESS-1:0]  s_axil_awaddr,
    input  wire [2:0]          s_axil_awprot,
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
    input  wire [2:0]          s_axil_arprot,
    output wire                s_axil_rvalid,
    input  wire                s_axil_rready,
    output wire [31:0]         s_axil_rdata,
    output wire [1:0]          s_axil_rresp,
    // registers
    output wire                write,
    output wire [ADDRESS-3:0]  write_word,  // number of the register
    output wire [31:0]         write_data,
    output wire [3:0]          write_strobe,
    input  wire                write_fails,
    output wire                read,
    output wire [ADDRESS-3:0]  read_word,
    input  wire [31:0]         read_data,
    input  wire                read_fails
);
  localparam [1:0] OKAY = 2'b00, SLVERR = 2'b10;
  wire unused = &{1'b0, s_axil_awprot, s_axil_arprot, s_axil_awaddr[1:0], s_axil_araddr[1:0]};

  // ---- writes
  reg address_held, data_held, answered;
  reg [ADDRESS-3:0] address;
  reg [31:0] data;
  reg [3:0] strobe;
  reg failed;
  assign s_axil_awready = !address_held && !answered;
  assign s_axil_wready = !data_held && !answered;
  assign s_axil_bvalid = answered;
  assign s_axil_bresp = failed ? SLVERR : OKAY;
  assign write = address_held && data_held;
  assign write_word = address;
  assign write_data = data;
  assign write_strobe = strobe;

  always_ff @(posedge clk) begin
    if (s_axil_awready) address <= s_axil_awaddr[ADDRESS-1:2];
    if (s_axil_wready) begin
      data <= s_axil_wdata;
      strobe <= s_axil_wstrb;
    end
    if (write) failed <= write_fails;
    if (rst) begin
      address_held <= 0;
      data_held <= 0;
      answered <= 0;
    end else begin
      if (s_axil_awready) address_held <= s_axil_awvalid;
      else if (write) address_held <= 0;
      if (s_axil_wready) data_held <= s_axil_wvalid;
      else if (write) data_held <= 0;
      if (write) answered <= 1;
      else if (s_axil_bready) answered <= 0;
    end
  end

  // ---- reads
  reg asked, there, read_failed;
  reg [ADDRESS-3:0] from;
  reg [31:0] answer;
  assign s_axil_arready = !asked && !there;
  assign s_axil_rvalid = there;
  assign s_axil_rdata = answer;
  assign s_axil_rresp = read_failed ? SLVERR : OKAY;
  assign read = asked;
  assign read_word = from;

  always_ff @(posedge clk) begin
    if (s_axil_arready) from <= s_axil_araddr[ADDRESS-1:2];
    if (read) begin
      answer <= read_fails ? 32'd0 : read_data;
      read_failed <= read_fails;
    end
    if (rst) begin
      asked <= 0;
      there <= 0;
    end else begin
      asked <= s_axil_arready && s_axil_arvalid;
      if (read) there <= 1;
      else if (s_axil_rready) there <= 0;
    end
  end
endmodule
