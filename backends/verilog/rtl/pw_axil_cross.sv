// An AXI4-Lite port of one clock drives TARGETS ports of another: target t has the addresses from t << PAGE on, and sees them
// from 0 on; what is above all targets is answered with DECERR. The clocks may have any relation.
//
// One access at a time goes across, reads and writes in turn if both wait. What is asked stands in registers that don't change until
// the answer is back; only the two bits that say so pass through synchronisers.
module pw_axil_cross #(
    parameter integer ADDRESS = 32,  // bits of an address in
    parameter integer PAGE = 12,  // of one out
    parameter integer TARGETS = 2
) (
    input  wire               s_clk,
    input  wire               s_rst,
    input  wire               s_axil_awvalid,
    output wire               s_axil_awready,
    input  wire [ADDRESS-1:0] s_axil_awaddr,
    input  wire               s_axil_wvalid,
    output wire               s_axil_wready,
    input  wire [31:0]        s_axil_wdata,
    input  wire [3:0]         s_axil_wstrb,
    output wire               s_axil_bvalid,
    input  wire               s_axil_bready,
    output wire [1:0]         s_axil_bresp,
    input  wire               s_axil_arvalid,
    output wire               s_axil_arready,
    input  wire [ADDRESS-1:0] s_axil_araddr,
    output wire               s_axil_rvalid,
    input  wire               s_axil_rready,
    output wire [31:0]        s_axil_rdata,
    output wire [1:0]         s_axil_rresp,

    input  wire                  m_clk,
    input  wire                  m_rst,
    output wire [TARGETS-1:0]    m_axil_awvalid,
    input  wire [TARGETS-1:0]    m_axil_awready,
    output wire [PAGE-1:0]       m_axil_awaddr,  // one for all targets, as all that has no bit for each
    output wire [TARGETS-1:0]    m_axil_wvalid,
    input  wire [TARGETS-1:0]    m_axil_wready,
    output wire [31:0]           m_axil_wdata,
    output wire [3:0]            m_axil_wstrb,
    input  wire [TARGETS-1:0]    m_axil_bvalid,
    output wire                  m_axil_bready,
    input  wire [2*TARGETS-1:0]  m_axil_bresp,
    output wire [TARGETS-1:0]    m_axil_arvalid,
    input  wire [TARGETS-1:0]    m_axil_arready,
    output wire [PAGE-1:0]       m_axil_araddr,
    input  wire [TARGETS-1:0]    m_axil_rvalid,
    output wire                  m_axil_rready,
    input  wire [32*TARGETS-1:0] m_axil_rdata,
    input  wire [2*TARGETS-1:0]  m_axil_rresp
);
  localparam [1:0] DECERR = 2'b11;

  // ---- the side of the bus
  reg address_held, data_held, read_held, write_answered, read_answered;
  reg [ADDRESS-1:0] write_address, read_address;
  reg [31:0] data;
  reg [3:0] strobe;
  reg ask, under_way, writing;
  reg [1:0] response_s;
  reg [31:0] data_s;
  reg [1:0] back;  // synchroniser of `answered`
  reg answered;  // below: toggles
  reg [1:0] response;
  reg [31:0] answer;

  assign s_axil_awready = !address_held && !write_answered && !s_rst;
  assign s_axil_wready = !data_held && !write_answered && !s_rst;
  assign s_axil_arready = !read_held && !read_answered && !s_rst;
  assign s_axil_bvalid = write_answered;
  assign s_axil_bresp = response_s;
  assign s_axil_rvalid = read_answered;
  assign s_axil_rresp = response_s;
  assign s_axil_rdata = data_s;

  wire can_write = address_held && data_held;
  // An answer that waits for the bus keeps its registers.
  wire free = !under_way && !write_answered && !read_answered;
  wire start_write = free && can_write && (!read_held || !writing);
  wire start_read = free && read_held && !start_write;
  wire finish = under_way && back[1] == ask;

  always_ff @(posedge s_clk) begin
    if (s_axil_awready) write_address <= s_axil_awaddr;
    if (s_axil_wready) begin
      data <= s_axil_wdata;
      strobe <= s_axil_wstrb;
    end
    if (s_axil_arready) read_address <= s_axil_araddr;
    if (finish) begin
      response_s <= response;
      data_s <= answer;
    end
    back <= {back[0], answered};
    if (s_rst) begin
      address_held <= 0;
      data_held <= 0;
      read_held <= 0;
      write_answered <= 0;
      read_answered <= 0;
      ask <= 0;
      under_way <= 0;
      writing <= 0;
      back <= 0;
    end else begin
      if (s_axil_awready) address_held <= s_axil_awvalid;
      else if (finish && writing) address_held <= 0;
      if (s_axil_wready) data_held <= s_axil_wvalid;
      else if (finish && writing) data_held <= 0;
      if (s_axil_arready) read_held <= s_axil_arvalid;
      else if (finish && !writing) read_held <= 0;
      if (start_write || start_read) begin
        ask <= !ask;
        under_way <= 1;
        writing <= start_write;
      end else if (finish) under_way <= 0;
      if (finish && writing) write_answered <= 1;
      else if (s_axil_bready) write_answered <= 0;
      if (finish && !writing) read_answered <= 1;
      else if (s_axil_rready) read_answered <= 0;
    end
  end

  // ---- the side of the targets
  reg [1:0] there;  // synchroniser of `ask`
  reg seen;  // toggles as `ask` does when the access begins
  reg address_out, data_out, read_out, waiting;
  wire [ADDRESS-PAGE-1:0] page = writing ? write_address[ADDRESS-1:PAGE] : read_address[ADDRESS-1:PAGE];
  wire [TARGETS-1:0] target;
  reg [1:0] response_in;
  reg [31:0] data_in;
  genvar t;
  generate
    for (t = 0; t < TARGETS; t = t + 1) begin : g_target
      localparam [ADDRESS-PAGE-1:0] HERE = (ADDRESS - PAGE)'(t);
      assign target[t] = page == HERE;
    end
  endgenerate
  integer i;
  always_comb begin
    response_in = 0;
    data_in = 0;
    for (i = 0; i < TARGETS; i = i + 1) begin
      response_in = response_in | ((writing ? m_axil_bresp[2*i+:2] : m_axil_rresp[2*i+:2]) & {2{target[i]}});
      data_in = data_in | (m_axil_rdata[32*i+:32] & {32{target[i]}});
    end
  end

  assign m_axil_awvalid = target & {TARGETS{address_out}};
  assign m_axil_wvalid = target & {TARGETS{data_out}};
  assign m_axil_arvalid = target & {TARGETS{read_out}};
  assign m_axil_awaddr = write_address[PAGE-1:0];
  assign m_axil_araddr = read_address[PAGE-1:0];
  assign m_axil_wdata = data;
  assign m_axil_wstrb = strobe;
  assign m_axil_bready = waiting && writing;
  assign m_axil_rready = waiting && !writing;
  wire nobody = target == 0;
  wire arrived = waiting && (nobody || |(target & (writing ? m_axil_bvalid : m_axil_rvalid)));

  always_ff @(posedge m_clk) begin
    if (arrived) begin
      response <= nobody ? DECERR : response_in;
      answer <= data_in;
    end
    there <= {there[0], ask};
    if (m_rst) begin
      there <= 0;
      seen <= 0;
      address_out <= 0;
      data_out <= 0;
      read_out <= 0;
      waiting <= 0;
      answered <= 0;
    end else begin
      if (there[1] != seen) begin
        seen <= there[1];
        address_out <= writing;
        data_out <= writing;
        read_out <= !writing;
        waiting <= 1;
      end else begin
        if (nobody || |(target & m_axil_awready)) address_out <= 0;
        if (nobody || |(target & m_axil_wready)) data_out <= 0;
        if (nobody || |(target & m_axil_arready)) read_out <= 0;
        if (arrived) begin
          waiting <= 0;
          answered <= seen;
        end
      end
    end
  end
endmodule
