// Random reads and writes from one clock to two targets of another, whose relation changes: each arrives once, at its target with its
// address, and its answer comes back; behind the targets nobody answers but the module.
module pw_axil_cross_tb #(
    parameter integer SLOW = 4,  // halves of the periods
    parameter integer FAST = 2
);
  localparam integer ADDRESS = 12, PAGE = 8, TARGETS = 2;
  reg s_clk = 0, m_clk = 0, s_rst = 1, m_rst = 1;
  reg s_axil_awvalid = 0, s_axil_wvalid = 0, s_axil_bready = 0, s_axil_arvalid = 0, s_axil_rready = 0;
  reg [ADDRESS-1:0] s_axil_awaddr = 0, s_axil_araddr = 0;
  reg [31:0] s_axil_wdata = 0;
  reg [3:0] s_axil_wstrb = 0;
  wire s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
  wire [1:0] s_axil_bresp, s_axil_rresp;
  wire [31:0] s_axil_rdata;
  wire [TARGETS-1:0] m_axil_awvalid, m_axil_wvalid, m_axil_arvalid;
  reg [TARGETS-1:0] m_axil_awready = 0, m_axil_wready = 0, m_axil_arready = 0, m_axil_bvalid = 0, m_axil_rvalid = 0;
  wire [PAGE-1:0] m_axil_awaddr, m_axil_araddr;
  wire [31:0] m_axil_wdata;
  wire [3:0] m_axil_wstrb;
  wire m_axil_bready, m_axil_rready;
  reg [2*TARGETS-1:0] m_axil_bresp = 0, m_axil_rresp = 0;
  reg [32*TARGETS-1:0] m_axil_rdata = 0;
  pw_axil_cross #(.ADDRESS(ADDRESS), .PAGE(PAGE), .TARGETS(TARGETS)) dut (.*);

  always #SLOW s_clk = !s_clk;
  always #FAST m_clk = !m_clk;

  integer errors = 0, writes = 0, reads = 0, strangers = 0, arrived = 0, asked = 0, t;
  reg [31:0] written;  // what the last write brought to its target
  reg [PAGE-1:0] written_at, read_at;
  reg [TARGETS-1:0] has_address = 0, has_data = 0;

  // Targets: answer a write with response {target, 0}, a read with a function of the address.
  always @(posedge m_clk) begin
    #0;
    for (t = 0; t < TARGETS; t = t + 1) begin
      if (m_axil_awvalid[t] && m_axil_awready[t]) begin
        has_address[t] = 1;
        written_at = m_axil_awaddr;
      end
      if (m_axil_wvalid[t] && m_axil_wready[t]) begin
        has_data[t] = 1;
        written = m_axil_wdata ^ {28'd0, m_axil_wstrb};
      end
      if (m_axil_bvalid[t] && m_axil_bready) m_axil_bvalid[t] <= 0;
      else if (has_address[t] && has_data[t] && $urandom % 2) begin
        has_address[t] = 0;
        has_data[t] = 0;
        arrived = arrived + 1;
        m_axil_bvalid[t] <= 1;
        m_axil_bresp[2*t+:2] <= t == 0 ? 2'b00 : 2'b10;
      end
      if (m_axil_arvalid[t] && m_axil_arready[t]) begin
        asked = asked + 1;
        m_axil_rvalid[t] <= 1;
        m_axil_rdata[32*t+:32] <= {m_axil_araddr, 16'h1234, 8'd0 + t[7:0]};
        m_axil_rresp[2*t+:2] <= t == 0 ? 2'b00 : 2'b10;
      end else if (m_axil_rvalid[t] && m_axil_rready) m_axil_rvalid[t] <= 0;
    end
    m_axil_awready <= $urandom;
    m_axil_wready <= $urandom;
    m_axil_arready <= $urandom;
  end

  reg reading = 0, writing = 0;
  integer waited = 0;
  initial begin
    repeat (8) @(posedge s_clk);
    s_rst <= 0;
    @(posedge m_clk);
    m_rst <= 0;
    repeat (60000) begin
      @(posedge s_clk);
      waited = waited + 1;
      if (s_axil_awvalid && s_axil_awready) s_axil_awvalid <= 0;
      if (s_axil_wvalid && s_axil_wready) s_axil_wvalid <= 0;
      if (s_axil_arvalid && s_axil_arready) s_axil_arvalid <= 0;
      if (s_axil_bvalid && s_axil_bready) begin
        writing = 0;
        writes = writes + 1;
        if (s_axil_bresp !== (s_axil_awaddr >> PAGE == 0 ? 2'b00 : s_axil_awaddr >> PAGE == 1 ? 2'b10 : 2'b11)) errors = errors + 1;
        if (s_axil_awaddr >> PAGE < TARGETS) begin
          if (written_at !== s_axil_awaddr[PAGE-1:0]) errors = errors + 1;
          if (written !== (s_axil_wdata ^ {28'd0, s_axil_wstrb})) errors = errors + 1;
        end else strangers = strangers + 1;
        waited = 0;
      end
      if (s_axil_rvalid && s_axil_rready) begin
        reading = 0;
        reads = reads + 1;
        if (s_axil_rresp !== (s_axil_araddr >> PAGE == 0 ? 2'b00 : s_axil_araddr >> PAGE == 1 ? 2'b10 : 2'b11)) errors = errors + 1;
        if (s_axil_araddr >> PAGE == 0 && s_axil_rdata !== {s_axil_araddr[PAGE-1:0], 24'h123400}) errors = errors + 1;
        if (s_axil_araddr >> PAGE == 1 && s_axil_rdata !== {s_axil_araddr[PAGE-1:0], 24'h123401}) errors = errors + 1;
        waited = 0;
      end
      if (waited > 400) errors = errors + 1;
      s_axil_bready <= $urandom;
      s_axil_rready <= $urandom;
      if (!writing && $urandom % 4 == 0) begin
        writing = 1;
        s_axil_awvalid <= 1;
        s_axil_wvalid <= 1;
        s_axil_awaddr <= $urandom % 768;
        s_axil_wdata <= $urandom;
        s_axil_wstrb <= $urandom;
      end
      if (!reading && $urandom % 4 == 0) begin
        reading = 1;
        s_axil_arvalid <= 1;
        s_axil_araddr <= $urandom % 768;
      end
    end
    if (errors == 0 && writes > 1000 && reads > 1000 && strangers > 100 && arrived - (writes - strangers) < 2) $display("PASS");
    else $display("FAIL: %0d errors, %0d writes, %0d reads, %0d strangers, %0d arrived", errors, writes, reads, strangers, arrived);
    $finish;
  end
endmodule
