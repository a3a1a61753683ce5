// Random writes and reads, their parts in any order and with any pauses, against a memory of the bench's own. The upper half of
// the addresses has no registers.
module pw_axil_tb;
  parameter integer ADDRESS = 7;
  localparam integer WORDS = 1 << (ADDRESS - 3);  // registers
  reg clk = 0, rst = 1;
  reg s_axil_awvalid = 0, s_axil_wvalid = 0, s_axil_bready = 0, s_axil_arvalid = 0, s_axil_rready = 0;
  reg [ADDRESS-1:0] s_axil_awaddr = 0, s_axil_araddr = 0;
  reg [2:0] s_axil_awprot = 0, s_axil_arprot = 0;
  reg [31:0] s_axil_wdata = 0;
  reg [3:0] s_axil_wstrb = 0;
  wire s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
  wire [1:0] s_axil_bresp, s_axil_rresp;
  wire [31:0] s_axil_rdata;
  wire write, read;
  wire [ADDRESS-3:0] write_word, read_word;
  wire [31:0] write_data;
  wire [3:0] write_strobe;
  reg [31:0] registers[0:WORDS-1];
  wire write_fails = write_word[ADDRESS-3];
  wire read_fails = read_word[ADDRESS-3];
  wire [31:0] read_data = registers[read_word[ADDRESS-4:0]];
  pw_axil #(.ADDRESS(ADDRESS)) dut (.*);

  // What the answers have to be.
  reg [31:0] expected[0:WORDS-1];
  reg aw_given = 0, w_given = 0, ar_given = 0;  // accepted, not answered
  reg [ADDRESS-1:0] aw, ar;
  reg [31:0] w, ar_value;
  reg [3:0] strobe;
  reg aw_take, w_take, b_take, ar_take, r_take;
  reg b_before = 0, r_before = 0;  // an answer that was not taken stays
  reg [31:0] r_value;
  integer now, i, lane, errors = 0, writes = 0, reads = 0, refused = 0, performed = 0;
  initial begin
    for (i = 0; i < WORDS; i = i + 1) begin
      registers[i] = i;
      expected[i] = i;
    end
    for (now = 0; now < 40000; now = now + 1) begin
      rst = now < 2 || now == 20000;
      if (rst) begin
        {s_axil_awvalid, s_axil_wvalid, s_axil_arvalid, aw_given, w_given, ar_given, b_before, r_before} = 0;
      end else begin
        // One write and one read at a time, so that the order of their effects is known.
        if (!s_axil_awvalid && !aw_given && $urandom % 3 == 0) begin
          s_axil_awvalid = 1;
          s_axil_awaddr = $urandom;
        end
        if (!s_axil_wvalid && !w_given && $urandom % 3 == 0) begin
          s_axil_wvalid = 1;
          s_axil_wdata = $urandom;
          s_axil_wstrb = $urandom;
        end
        if (!s_axil_arvalid && !ar_given && $urandom % 3 == 0) begin
          s_axil_arvalid = 1;
          s_axil_araddr = $urandom;
        end
      end
      s_axil_bready = $urandom % 2;
      s_axil_rready = $urandom % 2;
      #1;
      aw_take = !rst && s_axil_awvalid && s_axil_awready;
      w_take = !rst && s_axil_wvalid && s_axil_wready;
      ar_take = !rst && s_axil_arvalid && s_axil_arready;
      b_take = !rst && s_axil_bvalid && s_axil_bready;
      r_take = !rst && s_axil_rvalid && s_axil_rready;
      if (!rst) begin
        if (s_axil_bvalid && !(aw_given && w_given)) errors = errors + 1;
        if (s_axil_rvalid && !ar_given) errors = errors + 1;
        if (b_before && !s_axil_bvalid) errors = errors + 1;
        if (r_before && (!s_axil_rvalid || s_axil_rdata !== r_value)) errors = errors + 1;
        if (write) begin
          performed = performed + 1;
          if (write_word !== aw[ADDRESS-1:2] || write_data !== w || write_strobe !== strobe) errors = errors + 1;
          if (!write_fails)
            for (lane = 0; lane < 4; lane = lane + 1)
              if (write_strobe[lane]) begin
                registers[write_word][8*lane+:8] = write_data[8*lane+:8];
                expected[aw[ADDRESS-2:2]][8*lane+:8] = w[8*lane+:8];
              end
        end
        if (read) ar_value = expected[ar[ADDRESS-2:2]];  // a write in the same clock comes first here
      end
      b_before = s_axil_bvalid && !b_take && !rst;
      r_before = s_axil_rvalid && !r_take && !rst;
      r_value = s_axil_rdata;
      if (b_take) begin
        if (s_axil_bresp !== (aw[ADDRESS-1] ? 2'b10 : 2'b00)) errors = errors + 1;
        writes = writes + 1;
        aw_given = 0;
        w_given = 0;
      end
      if (r_take) begin
        if (s_axil_rresp !== (ar[ADDRESS-1] ? 2'b10 : 2'b00)) errors = errors + 1;
        if (s_axil_rdata !== (ar[ADDRESS-1] ? 32'd0 : ar_value)) errors = errors + 1;
        reads = reads + 1;
        refused = refused + ar[ADDRESS-1];
        ar_given = 0;
      end
      if (aw_take) begin
        aw = s_axil_awaddr;
        aw_given = 1;
      end
      if (w_take) begin
        w = s_axil_wdata;
        strobe = s_axil_wstrb;
        w_given = 1;
      end
      if (ar_take) begin
        ar = s_axil_araddr;
        ar_given = 1;
      end
      #1 clk = 1;
      #1 clk = 0;
      if (aw_take) s_axil_awvalid = 0;
      if (w_take) s_axil_wvalid = 0;
      if (ar_take) s_axil_arvalid = 0;
    end
    for (i = 0; i < WORDS; i = i + 1) if (registers[i] !== expected[i]) errors = errors + 1;
    if (errors == 0 && writes > 2000 && reads > 2000 && refused > 500 && performed - writes < 3 && performed >= writes) $display("PASS");
    else $display("FAIL: %0d errors, %0d %0d %0d", errors, writes, reads, refused);
  end
endmodule
