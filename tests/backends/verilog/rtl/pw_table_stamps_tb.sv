// Two groups stamped a clock at random, often the same ones again, against an array. What is read lacks the last clock and this one.
module pw_table_stamps_tb;
  parameter integer GROUPS = 3;
  parameter integer GROUP_BITS = 2;
  reg clk = 0, restart = 1, set_a = 0, set_b = 0, advance = 0;
  reg [GROUP_BITS-1:0] group_a = 0, group_b = 0, next = 0, second = 0;
  reg [31:0] stamp = 0;
  wire [31:0] stamp_read;
  pw_table_stamps #(.GROUPS(GROUPS), .GROUP_BITS(GROUP_BITS)) dut (.*);
  reg [31:0] stamps[0:GROUPS-1], expected;
  integer n, i, recent = 0, errors = 0, reads = 0;
  function integer near(input integer last);
    near = $urandom % 2 == 0 ? last : $urandom % GROUPS;
  endfunction
  initial begin
    for (i = 0; i < GROUPS; i = i + 1) stamps[i] = 0;
    expected = 0;
    #1 clk = 1;
    #1 clk = 0;
    restart = 0;
    for (n = 0; n < 20000; n = n + 1) begin
      #1;
      if (n > 0 && stamp_read !== expected) errors = errors + 1;
      set_a = $urandom % 4 != 0;
      set_b = $urandom % 4 != 0;
      group_a = near(recent);
      group_b = near(recent);
      if ($urandom % 4 == 0) recent = $urandom % GROUPS;
      stamp = $urandom;
      next = near(recent);
      second = near(recent);
      advance = $urandom;
      expected = stamps[advance?second : next];
      if (expected != 0) reads = reads + 1;
      if (set_a) stamps[group_a] = stamp;
      if (set_b) stamps[group_b] = stamp;
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && reads > 5000) $display("PASS");
    else $display("FAIL: %0d errors, %0d reads", errors, reads);
  end
endmodule
