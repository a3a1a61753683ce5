// Reads and writes of all registers while events come: names of ports keep what is written, counters count each event once, and what isn't
// there or can't be written fails.
module pw_shell_control_tb #(
    parameter integer PORTS = 2,
    parameter integer COUNTERS = 5
);
  localparam integer ADDRESS = 12;
  localparam [31:0] IFINDEX = 9;
  reg clk = 0, rst = 1;
  reg s_axil_awvalid = 0, s_axil_wvalid = 0, s_axil_bready = 0, s_axil_arvalid = 0, s_axil_rready = 0;
  reg [ADDRESS-1:0] s_axil_awaddr = 0, s_axil_araddr = 0;
  reg [31:0] s_axil_wdata = 0;
  reg [3:0] s_axil_wstrb = 15;
  wire s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
  wire [1:0] s_axil_bresp, s_axil_rresp;
  wire [31:0] s_axil_rdata;
  wire [32*PORTS-1:0] ifindexes, slots;
  reg [COUNTERS-1:0] events = 0;
  pw_shell_control #(.ADDRESS(ADDRESS), .PORTS(PORTS), .COUNTERS(COUNTERS), .IFINDEX(IFINDEX)) dut (.*);

  integer counted[0:COUNTERS-1], i, n, round, errors = 0;
  reg counting = 0;
  task tick;
    begin
      events = counting ? $urandom : 0;
      #1 clk = 1;
      for (n = 0; n < COUNTERS; n = n + 1) counted[n] = counted[n] + events[n];
      #1 clk = 0;
    end
  endtask
  task write(input [ADDRESS-1:0] at, input [31:0] data, input [1:0] wanted);
    begin
      s_axil_awaddr = at;
      s_axil_wdata = data;
      s_axil_awvalid = 1;
      s_axil_wvalid = 1;
      #1;
      tick;
      s_axil_awvalid = 0;
      s_axil_wvalid = 0;
      for (i = 0; i < 10 && !s_axil_bvalid; i = i + 1) tick;
      if (!s_axil_bvalid || s_axil_bresp !== wanted) errors = errors + 1;
      s_axil_bready = 1;
      tick;
      s_axil_bready = 0;
    end
  endtask
  task read(input [ADDRESS-1:0] at, input [31:0] wanted_data, input [1:0] wanted);
    begin
      s_axil_araddr = at;
      s_axil_arvalid = 1;
      #1;
      tick;
      s_axil_arvalid = 0;
      for (i = 0; i < 10 && !s_axil_rvalid; i = i + 1) tick;
      if (!s_axil_rvalid || s_axil_rresp !== wanted || s_axil_rdata !== wanted_data) begin
        errors = errors + 1;
        $display("%h: %h %b, not %h", at, s_axil_rdata, s_axil_rresp, wanted_data);
      end
      s_axil_rready = 1;
      tick;
      s_axil_rready = 0;
    end
  endtask

  integer c, p;
  reg [31:0] word;
  initial begin
    for (n = 0; n < COUNTERS; n = n + 1) counted[n] = 0;
    repeat (3) tick;
    rst = 0;
    read('h000, 32'h50575331, 0);
    read('h004, 32'h00010000, 0);
    read('h008, PORTS, 0);
    read('h00c, 0, 2);
    read('h0f8, 0, 2);
    read('h100 + 8 * COUNTERS, 0, 2);
    read('h400 + 8 * PORTS, 0, 2);
    write('h008, 1, 2);
    write('h400 + 8 * PORTS, 1, 2);
    write('h100, 1, 2);
    for (p = 0; p < PORTS; p = p + 1) begin
      read('h400 + 8 * p, IFINDEX + p, 0);
      read('h404 + 8 * p, p, 0);
    end
    for (round = 0; round < 20; round = round + 1) begin
      counting = 1;
      repeat ($urandom % 200) tick;
      p = $urandom % PORTS;
      word = $urandom;
      write('h400 + 8 * p, word, 0);
      write('h404 + 8 * p, ~word, 0);
      counting = 0;
      read('h400 + 8 * p, word, 0);
      read('h404 + 8 * p, ~word, 0);
      if (ifindexes[32*p+:32] !== word || slots[32*p+:32] !== ~word) errors = errors + 1;
      for (c = 0; c < COUNTERS; c = c + 1) begin
        read('h100 + 8 * c, counted[c], 0);
        read('h104 + 8 * c, 0, 0);
      end
      if (round % 5 == 4) begin
        write('h010, 2, 0);
        for (n = 0; n < COUNTERS; n = n + 1) counted[n] = 0;
      end
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
