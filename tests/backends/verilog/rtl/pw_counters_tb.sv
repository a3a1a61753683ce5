// Random events, reads and clears against counters of the bench's own.
module pw_counters_tb;
  parameter integer COUNT = 10;
  parameter integer SELECT = 4;
  reg clk = 0, rst = 1, clear = 0;
  reg [COUNT-1:0] events = 0;
  reg [SELECT-1:0] number = 0;
  wire [63:0] value;
  pw_counters #(.COUNT(COUNT), .SELECT(SELECT)) dut (.*);
  reg [63:0] expected[0:COUNT-1];
  integer now, i, errors = 0, seen = 0;
  initial begin
    for (i = 0; i < COUNT; i = i + 1) expected[i] = 0;
    for (now = 0; now < 40000; now = now + 1) begin
      rst = now < 2 || now == 9000;
      clear = now == 15000 || now == 30001;
      for (i = 0; i < COUNT; i = i + 1)
        events[i] = now % 7000 < 2000 || $urandom % 3 == 0;  // for a while in every clock
      number = $urandom % COUNT;
      #1;
      if (now > 2) begin
        if (value !== expected[number]) errors = errors + 1;
        if (value > 64'd1000) seen = seen + 1;
      end
      if (now == 35000) begin  // a carry over all bits, which no simulation reaches by counting
        for (i = 0; i < COUNT; i = i + 1) begin
          dut.memory[i] = dut.memory[i] | 64'hffff_ffff_ffff_0000;
          #1 number = SELECT'(i);
          #1 expected[i] = value;
        end
      end
      for (i = 0; i < COUNT; i = i + 1)
        if (rst || clear) expected[i] = 0;
        else expected[i] = expected[i] + events[i];
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && seen > 1000) $display("PASS");
    else $display("FAIL: %0d errors, %0d values", errors, seen);
  end
endmodule
